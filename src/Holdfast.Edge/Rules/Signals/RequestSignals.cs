using System.Text;
using Holdfast.Edge.Bots;
using Holdfast.Edge.Http3;
using Holdfast.Edge.Requests;
using Holdfast.Http.Headers;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Lists;
using Holdfast.Rules.Types;

namespace Holdfast.Edge.Rules.Signals;

/// <summary>
/// A request as rules read it: spans of the bytes as they came; what must be computed is computed when it is first asked for and lies in
/// memory that the next request uses again. What no source here knows is unknown.
/// </summary>
internal sealed class RequestSignals : IRuleSignals
{
    private readonly ByteArena _arena = new();
    private readonly RequestUri _uri;
    private readonly FieldSignals _fields;
    private readonly ResponseSignals _response;
    private EdgeRequest _request = null!;
    private RuleContext _context = null!;
    private RuleLists _lists = RuleLists.None;
    private ClientFacts _asked;
    private ByteArena.Piece _ray;
    private ByteArena.Piece _seed;
    private ByteArena.Piece _cipher;
    private ByteArena.Piece _ja4;

    /// <summary>Signals of no request yet.</summary>
    public RequestSignals()
    {
        _uri = new RequestUri(_arena);
        _fields = new FieldSignals(_arena);
        _response = new ResponseSignals(_arena);
    }

    /// <summary>The lists as they were when the request's rules began. Who takes them has asked one.</summary>
    public RuleLists Lists
    {
        get
        {
            AskedList = true;
            return _lists;
        }
    }

    /// <summary>The request's target.</summary>
    public RequestUri Uri => _uri;

    /// <summary>The request's fields.</summary>
    public FieldSignals Fields => _fields;

    /// <summary>Whether a rule has asked for a list.</summary>
    public bool AskedList { get; private set; }

    /// <summary>The held body.</summary>
    public BodySignals Body { get; } = new();

    /// <summary>The request's bot score; the first who asks has it computed.</summary>
    public BotScore Bots { get; } = new();

    /// <summary>Who the request's client says it is, and whether it is.</summary>
    public BotIdentity Identity { get; } = new();

    /// <summary>Begins with a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="context">What rules get of the edge.</param>
    /// <param name="asked">What filters of its zone read of it.</param>
    public void Begin(EdgeRequest request, RuleContext context, ClientFacts asked = ClientFacts.None)
    {
        _request = request;
        _asked = asked;
        _context = context;
        _lists = context.Lists.For(request);
        AskedList = false;
        _arena.Clear();
        _uri.Begin(request);
        _fields.Begin(request);
        _response.Clear();
        Body.Clear();
        Bots.Begin(context.Bots, request);
        Identity.Begin(context.Crawlers);
        _ray = _seed = _cipher = _ja4 = default;
    }

    /// <summary>The answer's head is there.</summary>
    public void BeginResponse() => _response.Begin(_request);

    /// <summary>How often rules have changed what rules read: the target, fields, the answer.</summary>
    public int Changes { get; private set; }

    /// <summary>Gives the request another target, which later rules see.</summary>
    public void Rewrite(ReadOnlySpan<byte> target, int pathLength)
    {
        AskAboutClient();
        Changes++;
        _uri.Rewrite(target, pathLength);
    }

    /// <summary>Fields will change: what is a span of them is kept.</summary>
    public void FieldsWillChange()
    {
        AskAboutClient();
        _fields.Keep();
    }

    /// <summary>Fields have changed: what was computed of them is old.</summary>
    public void FieldsChanged()
    {
        Changes++;
        _fields.Changed();
        if (_response.IsKnown)
        {
            _response.Begin(_request);
        }
    }

    /// <inheritdoc/>
    public bool IsKnown(Signal signal) =>
        signal switch
        {
            Signal.IpSrcCountry or Signal.IpSrcIsInEuropeanUnion => _request.Country.IsKnown,
            Signal.IpSrcContinent => !Places.ContinentOf(_request.Country).IsEmpty,
            Signal.IpSrcAsnum => false,
            Signal.CfTlsVersion or Signal.CfTlsCipher => IsTlsKnown,
            Signal.CfBotManagementJa4 => IsTlsKnown && (!_request.IsHttps || _request.Connection.Ja4 is not null),
            Signal.CfBotManagementScore => Score != 0,
            Signal.CfBotManagementVerifiedBot or Signal.CfClientBot or Signal.CfVerifiedBotCategory => IsVerified != Truth.Unknown,
            Signal.HoldfastBotCategory => Identity.Category(_request, this) is not null,
            >= Signal.HttpResponseCode => _response.IsKnown,
            >= Signal.HttpRequestBodyRaw and <= Signal.HttpRequestBodyMime => Body.IsKnown(signal),
            _ => true,
        };

    /// <inheritdoc/>
    public Presence Text(Signal signal, out ReadOnlySpan<byte> value)
    {
        if (!IsKnown(signal))
        {
            value = default;
            return Presence.Unknown;
        }

        value = TextOf(signal);
        return Presence.Known;
    }

    /// <inheritdoc/>
    public Presence Number(Signal signal, out long value)
    {
        value = signal switch
        {
            Signal.HttpRequestTimestampSec => _request.StartedAt.ToUnixTimeSeconds(),
            Signal.HttpRequestTimestampMsec => _request.StartedAt.Millisecond,
            Signal.CfEdgeServerPort => _request.Connection.Local.Port,
            Signal.HttpRequestBodySize => Body.Size,
            Signal.HttpResponseCode when _response.IsKnown => _response.Code,
            Signal.CfBotManagementScore => Score,
            Signal.CfResponseOneXxxCode when _response.IsKnown => _response.OneXxxCode,
            _ => 0,
        };
        return IsKnown(signal) ? Presence.Known : Presence.Unknown;
    }

    /// <inheritdoc/>
    public Presence Address(Signal signal, out RuleAddress value)
    {
        var address = signal == Signal.IpSrc ? _request.ClientAddress : _request.Connection.Local.Address;
        value = RuleAddress.From(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        return Presence.Known;
    }

    /// <inheritdoc/>
    public Truth Flag(Signal signal) =>
        !IsKnown(signal) ? Truth.Unknown
        : IsSet(signal) ? Truth.True
        : Truth.False;

    /// <inheritdoc/>
    public bool NextText(Signal signal, scoped ref int cursor, out ReadOnlySpan<byte> value)
    {
        switch (signal)
        {
            case Signal.HttpRequestHeadersNames:
                return _fields.Next(names: true, ref cursor, out value);
            case Signal.HttpRequestHeadersValues:
                return _fields.Next(names: false, ref cursor, out value);
            case Signal.HttpRequestAcceptedLanguages:
                return _fields.NextLanguage(ref cursor, out value);
            case Signal.HttpRequestUriArgsNames:
                return QueryArguments.Next(_uri.Query, ref cursor, out value, out _);
            case Signal.HttpRequestUriArgsValues:
                return QueryArguments.Next(_uri.Query, ref cursor, out _, out value);
            case Signal.RawHttpRequestUriArgsNames:
                return QueryArguments.Next(_uri.RawQuery, ref cursor, out value, out _);
            case Signal.RawHttpRequestUriArgsValues:
                return QueryArguments.Next(_uri.RawQuery, ref cursor, out _, out value);
            case Signal.HttpResponseHeadersNames or Signal.RawHttpResponseHeadersNames:
                return _response.Next(names: true, ref cursor, out value);
            case Signal.HttpResponseHeadersValues or Signal.RawHttpResponseHeadersValues:
                return _response.Next(names: false, ref cursor, out value);
            case Signal.HttpRequestBodyFormNames:
                return QueryArguments.Next(Body.Form, ref cursor, out value, out _);
            case Signal.HttpRequestBodyFormValues:
                return QueryArguments.Next(Body.Form, ref cursor, out _, out value);
            default:
                value = default;
                return false;
        }
    }

    /// <inheritdoc/>
    public bool NextText(Signal signal, ReadOnlySpan<byte> name, scoped ref int cursor, out ReadOnlySpan<byte> value)
    {
        switch (signal)
        {
            case Signal.HttpRequestHeaders:
                return _fields.Next(name, ref cursor, out value);
            case Signal.HttpRequestCookies:
                return _fields.NextCookie(name, ref cursor, out value);
            case Signal.HttpRequestUriArgs:
                return QueryArguments.Next(_uri.Query, name, ref cursor, out value);
            case Signal.RawHttpRequestUriArgs:
                return QueryArguments.Next(_uri.RawQuery, name, ref cursor, out value);
            case Signal.HttpResponseHeaders or Signal.RawHttpResponseHeaders:
                return _response.Next(name, ref cursor, out value);
            case Signal.HttpRequestBodyForm:
                return QueryArguments.Next(Body.Form, name, ref cursor, out value);
            default:
                value = default;
                return false;
        }
    }

    /// <inheritdoc/>
    public Truth IsInList(string list, ReadOnlySpan<byte> value) => Lists.Contains(list, value);

    /// <inheritdoc/>
    public Truth IsInList(string list, long value) => Lists.Contains(list, value);

    /// <inheritdoc/>
    public Truth IsInList(string list, RuleAddress value) => Lists.Contains(list, value);

    private int Score => Bots.Of(_request, this);

    // What is found out about the client is that of the request as its visitor sent it, whichever rule asks first.
    private void AskAboutClient()
    {
        if (_asked == ClientFacts.None || _response.IsKnown)
        {
            return;
        }

        _ = (_asked & ClientFacts.Score) != 0 ? Score : 0;
        _ = (_asked & ClientFacts.Verification) != 0 ? IsVerified : Truth.Unknown;
        _ = (_asked & ClientFacts.Category) != 0 ? Identity.Category(_request, this) : null;
    }

    private Truth IsVerified => Identity.IsVerified(_request, this);

    // Whoever ended TLS before us has not said how.
    private bool IsTlsKnown => _request.Connection.IsTls || !_request.IsHttps;

    private ReadOnlySpan<byte> TextOf(Signal signal) =>
        signal switch
        {
            Signal.HttpHost => _uri.Host,
            Signal.HttpRequestMethod => _request.Head.MethodBytes,
            Signal.HttpRequestUri => _uri.Target,
            Signal.HttpRequestUriPath => _uri.Path,
            Signal.HttpRequestUriPathExtension => _uri.Extension,
            Signal.HttpRequestUriQuery => _uri.Query,
            Signal.HttpRequestFullUri => _uri.Full,
            Signal.RawHttpRequestUri => _uri.RawTarget,
            Signal.RawHttpRequestUriPath => _uri.RawPath,
            Signal.RawHttpRequestUriPathExtension => _uri.RawExtension,
            Signal.RawHttpRequestUriQuery => _uri.RawQuery,
            Signal.RawHttpRequestFullUri => _uri.RawFull,
            Signal.HttpCookie => _fields.Cookie,
            Signal.HttpReferer => _fields.First(KnownHeader.Referer),
            Signal.HttpUserAgent => _fields.First(KnownHeader.UserAgent),
            Signal.HttpXForwardedFor => _fields.ForwardedFor,
            Signal.HttpRequestVersion => _request.Head.Version switch
            {
                10 => "HTTP/1.0"u8,
                20 => "HTTP/2"u8,
                30 => "HTTP/3"u8,
                _ => "HTTP/1.1"u8,
            },
            Signal.HttpRequestBodyRaw => Body.Raw,
            Signal.HttpResponseContentTypeMediaType => _response.MediaType,
            Signal.CfResponseErrorType => _response.ErrorType,
            Signal.IpSrcCountry => _request.Country.Utf8,
            Signal.IpSrcContinent => Places.ContinentOf(_request.Country),
            Signal.CfTlsVersion => Ascii("TLSv1.3"u8, "TLSv1.2"u8, _request.Connection.TlsProtocol),
            Signal.CfTlsCipher => Kept(ref _cipher, _request.Connection.TlsCipher),
            Signal.CfBotManagementJa4 => Kept(ref _ja4, _request.Connection.Ja4),
            Signal.CfVerifiedBotCategory => Identity.VerifiedCategory,
            Signal.HoldfastBotCategory => Identity.Category(_request, this),
            Signal.CfRayId => Ray,
            Signal.CfRandomSeed => Seed,
            Signal.CfColoName => _context.Place,
            Signal.CfZoneName => _request.Zone!.NameText,
            _ => default,
        };

    private bool IsSet(Signal signal) =>
        signal switch
        {
            Signal.Ssl => _request.IsHttps,
            Signal.IpSrcIsInEuropeanUnion => Places.IsInEuropeanUnion(_request.Country),
            Signal.CfEdgeClientTcp => _request.Connection.Alpn != Http3Server.Protocol,
            Signal.CfBotManagementVerifiedBot or Signal.CfClientBot => IsVerified == Truth.True,
            Signal.CfBotManagementStaticResource => StaticResources.Contains(_uri.Extension),
            Signal.HttpRequestBodyTruncated => Body.IsTruncated,
            _ => false,
        };

    private ReadOnlySpan<byte> Ray
    {
        get
        {
            if (!_ray.IsThere)
            {
                _request.Ray.Format(_arena.Room(RayId.Length)[..RayId.Length]);
                _ray = _arena.Take(RayId.Length);
            }

            return _arena[_ray];
        }
    }

    private ReadOnlySpan<byte> Seed
    {
        get
        {
            if (!_seed.IsThere)
            {
                // What uuidv4() takes.
                const int length = 16;
                Random.Shared.NextBytes(_arena.Room(length)[..length]);
                _seed = _arena.Take(length);
            }

            return _arena[_seed];
        }
    }

    private static ReadOnlySpan<byte> Ascii(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, string? text) =>
        text == "TLSv1.3" ? one
        : text == "TLSv1.2" ? other
        : default;

    private ReadOnlySpan<byte> Kept(ref ByteArena.Piece piece, string? text)
    {
        if (!piece.IsThere)
        {
            var length = text?.Length ?? 0;
            Encoding.Latin1.GetBytes(text ?? "", _arena.Room(length));
            piece = _arena.Take(length);
        }

        return _arena[piece];
    }
}
