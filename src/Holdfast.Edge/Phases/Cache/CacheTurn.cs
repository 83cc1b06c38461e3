using System.Buffers.Text;
using Holdfast.Cache.Exchange;
using Holdfast.Cache.Policy;
using Holdfast.Cache.Storage;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Tiers;
using Holdfast.Edge.Zones;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Phases.Cache;

/// <summary>One request's turn with the cache: joins the cache's state machine with the request's heads and bodies. Used again.</summary>
internal sealed class CacheTurn(MemoryStore store, ReadOnlyMemory<byte> node, TimeProvider time) : ResponseTap
{
    private readonly CacheExchange _exchange = new(store);
    private readonly HttpDate _date = new(time);
    private long _begun;
    private long _requested;
    private long _received;
    private bool _isExplained;
    private CachePolicy _policy = new();

    /// <summary>The state machine.</summary>
    public CacheExchange Exchange => _exchange;

    /// <summary>What is to be done instead of sending the origin's answer, or null when it was sent.</summary>
    public ResponseStep? Instead { get; private set; }

    /// <inheritdoc/>
    public override bool HasFallback => _exchange.HasFallback(Now);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> UpperKey => IsStraight ? default : _exchange.UpperKey;

    /// <summary>Whether the origin is to be asked, and no upper edge.</summary>
    public bool IsStraight { get; set; }

    /// <summary>The origin's answer, when it is being stored: its body is still to be read.</summary>
    public OriginAnswer? Taken { get; private set; }

    /// <summary>Whether the disk is being read for it.</summary>
    public bool IsReading { get; set; }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Begins with a request whose fields are as the visitor sent them.</summary>
    public RequestStep Begin(EdgeRequest request, ZoneRuntime zone)
    {
        _isExplained = request.IsExplained;
        _begun = Now;
        return _exchange.Begin(Describe(request, zone), new HeaderFields(request.Head.Headers), PolicyOf(request), _begun);
    }

    /// <summary>Reads what the disk has for the request; the next step.</summary>
    public async ValueTask<RequestStep> ReadAsync(EdgeRequest request)
    {
        await _exchange.ReadAsync(Now).ConfigureAwait(false);
        return _exchange.Resume(new HeaderFields(request.Head.Headers), Now);
    }

    /// <summary>Begins the revalidation of a stored response, behind the visitor's back.</summary>
    public void BeginRevalidation(EdgeRequest request, ZoneRuntime zone, StoredResponse stored) =>
        _exchange.BeginRevalidation(Describe(request, zone), new HeaderFields(request.Head.Headers), PolicyOf(request), stored);

    /// <summary>Begins to get one slice; see <see cref="CacheExchange.BeginSlice"/>.</summary>
    public RequestStep BeginSlice(EdgeRequest request, ZoneRuntime zone, long index, StoredResponse? pin) =>
        _exchange.BeginSlice(Describe(request, zone), new HeaderFields(request.Head.Headers), PolicyOf(request), index, pin, Now);

    /// <summary>What of a pin and its slices answers the visitor.</summary>
    public VisitorAnswer AnswerFrom(StoredResponse pin) => _exchange.AnswerFrom(pin, Now);

    /// <summary>Says who asks the origin.</summary>
    public CollapseStep Collapse() => _exchange.Collapse(Now);

    /// <summary>The same, just after <see cref="Begin"/>.</summary>
    public CollapseStep CollapseAtOnce() => _exchange.Collapse(_begun);

    /// <summary>Takes what came of the request that this one waited for.</summary>
    public JoinStep Join(EdgeRequest request)
    {
        var step = _exchange.Join(Now);
        request.IsCollapsed = _exchange.IsCollapsed;
        return step;
    }

    /// <summary>Says that the origin is being asked now.</summary>
    public void Ask()
    {
        _requested = Now;
        Instead = null;
    }

    /// <summary>Takes note that the origin gave no answer; see <see cref="CacheExchange.Failed"/>.</summary>
    public bool Failed(EdgeError error) => _exchange.Failed((int)error, Now);

    /// <summary>Puts the stored validators in the place of the visitor's conditions and range.</summary>
    public void SetValidators(HeaderBlock headers)
    {
        RemoveConditions(headers);
        var entityTag = _exchange.Validators(out var lastModified);
        if (!entityTag.IsEmpty)
        {
            headers.Add(KnownHeader.IfNoneMatch, entityTag);
        }

        if (!lastModified.IsEmpty)
        {
            headers.Add(KnownHeader.IfModifiedSince, lastModified);
        }
    }

    /// <summary>Takes conditions and range out of a request.</summary>
    public static void RemoveConditions(HeaderBlock headers)
    {
        headers.Remove(KnownHeader.IfNoneMatch);
        headers.Remove(KnownHeader.IfModifiedSince);
        headers.Remove(KnownHeader.IfRange);
        headers.Remove(KnownHeader.Range);
    }

    /// <inheritdoc/>
    public override bool TakeInvalidation() => _exchange.TakeInvalidation();

    /// <inheritdoc/>
    public override void KeepInvalidation() => _exchange.KeepInvalidation();

    /// <inheritdoc/>
    public override TapStep Takes(EdgeRequest request)
    {
        request.Zone!.Guard.Meet(FaultPoint.CacheAnswer);
        var response = request.Response;
        var length = response.Framing switch
        {
            Framing.Length => response.ContentLength,
            Framing.None => 0,
            _ => -1,
        };
        _received = Now;
        if (!request.IsSent)
        {
            _exchange.AnsweredEarly();
        }

        var isStale = request.Upper is { IsStale: true };
        var step = _exchange.Received(response.Status, new HeaderFields(response.Headers), length, _requested, _received, isStale);
        if (step is ResponseStep.Serve or ResponseStep.FetchAgain or ResponseStep.Drop)
        {
            Instead = step;
            return TapStep.Drop;
        }

        return step == ResponseStep.PassAndStore ? TapStep.TakeOver : TapStep.Relay;
    }

    /// <inheritdoc/>
    public override void TakeOver(EdgeRequest request, OriginAnswer answer) => Taken = answer;

    /// <inheritdoc/>
    public override bool TryAbandon() => _exchange.Led?.TryAbandon() ?? true;

    /// <inheritdoc/>
    public override void Dress(EdgeRequest request)
    {
        var headers = request.Response.Headers;
        if (request.Lower is null)
        {
            headers.Remove("Cloudflare-CDN-Cache-Control"u8);
            headers.Remove("Cache-Tag"u8);
            TellBrowsers(request.Response.Status, headers);
        }

        if (!headers.Contains(KnownHeader.Date))
        {
            headers.Add(KnownHeader.Date, _date.Now);
        }

        if (_exchange.VisitorHasNewResponse)
        {
            request.Response.Status = 304;
            request.Response.SetReason(default);
            headers.Remove(KnownHeader.ContentType);
            headers.Remove(KnownHeader.ContentEncoding);
            headers.Remove("Content-Language"u8);
            headers.Remove(KnownHeader.ContentLength);
            headers.Remove(KnownHeader.TransferEncoding);
        }

        Report(request, _received);
    }

    /// <summary>Puts the head of the stored answer into <see cref="EdgeRequest.Response"/>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="forwardedOn">Whether it has gone to the origin, so that its fields are not the visitor's any more.</param>
    /// <returns>What of the stored body follows.</returns>
    public VisitorAnswer WriteHead(EdgeRequest request, bool forwardedOn)
    {
        var now = Now;
        var stored = _exchange.Stored!;
        var answer = forwardedOn ? _exchange.Answer(now) : _exchange.Answer(new HeaderFields(request.Head.Headers), now);
        var hasEntityTag = (stored.Flags & StoredFlags.EntityTag) != 0;
        var response = request.Response;
        response.Clear();
        response.Status = answer.Status;
        var headers = response.Headers;
        foreach (var field in stored.Fields)
        {
            if (answer.Sends(field.Known, hasEntityTag, toCache: request.Lower is not null))
            {
                headers.Add(field.Name, field.Value);
            }
        }

        AddAge(headers, stored.AgeAt(now) / 1000);
        if (answer.Several is { } several)
        {
            headers.Add(KnownHeader.ContentType, several.ContentType);
        }
        else if (answer.Status is 206 or 416)
        {
            AddContentRange(headers, answer, stored.BodyLength);
        }

        if (request.Lower is null)
        {
            TellBrowsers(answer.Status, headers);
        }

        ForwardedHeaders.AddVia(headers);
        Report(request, now);
        return answer;
    }

    /// <summary>Puts a 504 into <see cref="EdgeRequest.Response"/>: the visitor wants nothing but what is stored.</summary>
    public void WriteNotStored(EdgeRequest request)
    {
        request.Response.Clear();
        request.Response.Status = 504;
        request.Response.Headers.Add(KnownHeader.Date, _date.Now);
        Report(request, Now);
    }

    /// <summary>Lets go of everything that belongs to the request.</summary>
    public void Reset()
    {
        _exchange.Reset();
        Instead = null;
        Taken = null;
        _isExplained = IsStraight = false;
    }

    private CachePolicy PolicyOf(EdgeRequest request) => _policy = request.CachePolicy;

    private static CacheRequest Describe(EdgeRequest request, ZoneRuntime zone) =>
        new()
        {
            Method = request.Head.MethodBytes,
            Scope = zone.IdText,
            Scheme = request.IsHttps ? "https"u8 : "http"u8,
            Host = request.KeyHost,
            Path = request.ForwardPath,
            Query = request.KeyQuery,
            KeySuffix = request.KeySuffix,
            HasContent = request.Head.Framing != Framing.None,
            Tier = request.Lower is not { } lower
                ? TierRequest.None
                : TierRequest.FromLower
                    | (request.LowerIsAhead ? TierRequest.IsAhead : TierRequest.None)
                    | (lower.WantsFresh ? TierRequest.WantsFresh : TierRequest.None),
        };

    private void TellBrowsers(int status, HeaderBlock headers)
    {
        if (_policy.BrowserLifetime is not { } lifetime)
        {
            return;
        }

        var saysSomething = headers.Contains(KnownHeader.CacheControl) || headers.Contains(KnownHeader.Expires);
        if (lifetime.CacheControl(status, saysSomething) is { IsEmpty: false } word)
        {
            headers.Remove(KnownHeader.Expires);
            headers.Set(KnownHeader.CacheControl, word);
        }
    }

    private void Report(EdgeRequest request, long now)
    {
        var headers = request.Response.Headers;
        if (request.Lower is not null)
        {
            ReportToLower(request, now);
            return;
        }

        if (request.Upper is { } upper)
        {
            headers.Set(KnownHeader.HoldfastUpper, upper.Text);
        }

        // A rule's word on browsers comes before the zone's.
        if (_policy.BrowserLifetime is null)
        {
            BrowserFields.Raise(request, _exchange.Status, now);
        }

        headers.Set(KnownHeader.CfCacheStatus, _exchange.StatusText);
        request.CacheStatus = _exchange.LogText;
        if (_isExplained)
        {
            CacheExplanation.Write(headers, _exchange, now);
            return;
        }

        Span<byte> text = stackalloc byte[CacheExchange.LongestCacheStatus];
        headers.Add(KnownHeader.CacheStatus, text[.._exchange.WriteCacheStatus(text, now)]);
    }

    // The fields stay as they came: the lower edge's cache decides by them, and dresses them for browsers.
    private void ReportToLower(EdgeRequest request, long now)
    {
        var headers = request.Response.Headers;
        headers.Set(KnownHeader.CfCacheStatus, _exchange.StatusText);
        Span<byte> text = stackalloc byte[CacheExchange.LongestCacheStatus];
        headers.Add(KnownHeader.CacheStatus, text[.._exchange.WriteCacheStatus(text, now, node.Span)]);
        request.CacheStatus = _exchange.LogText;
        UpperMark.Write(headers, node.Span, _exchange.LogText.Span, _exchange.Status == CfCacheStatus.Stale);
    }

    private static void AddAge(HeaderBlock headers, long age)
    {
        Span<byte> text = stackalloc byte[20];
        Utf8Formatter.TryFormat(age, text, out var length);
        headers.Add(KnownHeader.Age, text[..length]);
    }

    private static void AddContentRange(HeaderBlock headers, VisitorAnswer answer, long whole)
    {
        Span<byte> text = stackalloc byte[80];
        "bytes "u8.CopyTo(text);
        var length = 6;
        if (answer.Status == 416)
        {
            text[length++] = (byte)'*';
        }
        else
        {
            Utf8Formatter.TryFormat(answer.Start, text[length..], out var written);
            length += written;
            text[length++] = (byte)'-';
            Utf8Formatter.TryFormat(answer.Start + answer.Length - 1, text[length..], out written);
            length += written;
        }

        text[length++] = (byte)'/';
        Utf8Formatter.TryFormat(whole, text[length..], out var last);
        headers.Set(KnownHeader.ContentRange, text[..(length + last)]);
    }
}
