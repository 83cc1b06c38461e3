using System.Diagnostics;
using System.Text;
using Holdfast.Edge.Geo;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Executing;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Reporting;

/// <summary>Ends every request in one access log record and its counts.</summary>
internal sealed class RequestObserver(AccessLog log, EdgeCounters counters, CountryDatabase countries, EdgeGuard guard, TimeProvider time)
    : IRequestObserver
{
    // What is written for a request whose visitor left before it was answered, as nginx and Cloudflare log it.
    private const int VisitorLeft = 499;

    private static readonly byte[][] FaultNames = [.. Enum.GetNames<MessageFault>().Select(Encoding.ASCII.GetBytes)];

    /// <summary>The account's rulesets, of which some may be on trial; null where none are.</summary>
    public AccountRulesetTable? Account { get; init; }

    /// <inheritdoc/>
    public CountryCode CountryOf(EdgeRequest request) =>
        guard.Shared.Run(
            EdgeModule.Country,
            request,
            (countries, request.ClientAddress),
            static it => it.countries.Lookup(it.ClientAddress),
            CountryCode.Unknown
        );

    /// <inheritdoc/>
    public void Revalidated(RevalidationResult result) => counters.Revalidated(result);

    /// <inheritdoc/>
    public void EndedDetached(EdgeRequest request)
    {
        var origin = request.Origin;
        if (origin is { Address: not null, IsTiered: false })
        {
            counters.OriginAsked(origin.Reused, origin.Status, origin.Total);
        }
    }

    /// <inheritdoc/>
    public void Ended(EdgeRequest request)
    {
        var elapsed = time.GetElapsedTime(request.StartTimestamp);
        var status =
            request.HasStarted ? request.Response.Status
            : request.VisitorGone || request.Refused == MessageFault.CutOff ? VisitorLeft
            : 0;
        var tunnel = request.TunnelBytes;
        var requestBytes = RequestBytes(request) + tunnel.In;
        var responseBytes = request.ResponseBytes + tunnel.Out;
        counters.RequestEnded(status, request.Error, requestBytes, responseBytes, elapsed);
        var zone = request.Zone?.Config;
        var slow = SlownessOf.Read(request, elapsed);
        counters.Slow(slow);
        counters.Zones.Ended(
            zone?.Id,
            zone?.Name ?? "",
            request.Error,
            request.Origin.Status,
            Environment.TickCount64,
            slow,
            request.Zone?.Generation ?? 0
        );
        if (zone is not null && request is { Origin: { Address: { } reached, IsTiered: false }, Target: { } target })
        {
            counters.Zones.Asked(zone.Id, target.Key.Host, reached.Address, Environment.TickCount64);
        }

        EndedDetached(request);
        CountOnTrial(request, elapsed);

        if (request.IsCollapsed)
        {
            counters.Collapsed();
        }

        if (request.Refused != MessageFault.None)
        {
            // Their names begin after None, which refuses nothing.
            counters.ParserRefused((int)request.Refused - 1);
        }

        var isLogged = (request.Zone?.Guard ?? guard.Shared).Run(
            EdgeModule.Log,
            request,
            (this, request, status, requestBytes, responseBytes, elapsed),
            static it =>
            {
                it.Item1.Append(it.request, it.status, it.requestBytes, it.responseBytes, it.elapsed);
                return true;
            },
            false
        );
        if (!isLogged)
        {
            counters.LogDropped(LogDropReason.Fault, 1);
        }
    }

    // What is on trial counts the requests that can tell it from what is live.
    private void CountOnTrial(EdgeRequest request, TimeSpan elapsed)
    {
        if (request.Zone is { } served)
        {
            served.Guard.Slice?.Ended(request, elapsed);
            Account?.Slices?.Ended(request, served, elapsed);
        }

        if (request.Rules is { } turn)
        {
            if (turn.Signals.AskedList)
            {
                turn.Zone.Context.Lists.Slices?.Ended(request, elapsed);
            }

            if (turn.Signals.Bots.IsAsked)
            {
                turn.Zone.Context.Bots.Trial?.Ended(request, elapsed);
            }
        }
    }

    // A tunnel or a request that nobody answered has none; a clock that tests move tells no more than the whole.
    private static TimeSpan UntilAnswer(EdgeRequest request, TimeSpan elapsed)
    {
        if (request.AnswerTimestamp == 0)
        {
            return TimeSpan.Zero;
        }

        var waited = Stopwatch.GetElapsedTime(request.StartTimestamp, request.AnswerTimestamp);
        return waited < TimeSpan.Zero ? TimeSpan.Zero
            : waited > elapsed ? elapsed
            : waited;
    }

    private void Append(EdgeRequest request, int status, long requestBytes, long responseBytes, TimeSpan elapsed)
    {
        var head = request.Head;
        var connection = request.Connection;
        var origin = request.Origin;
        Span<byte> ray = stackalloc byte[RayId.Length];
        request.Ray.Format(ray);
        Span<byte> originAddress = stackalloc byte[65];
        var originAddressLength = 0;
        origin.Address?.Address.TryFormat(originAddress, out originAddressLength);
        Span<byte> ownAddress = stackalloc byte[65];
        var ownAddressLength = 0;
        origin.LocalAddress?.TryFormat(ownAddress, out ownAddressLength);
        Span<byte> tls = stackalloc byte[16];
        Span<byte> cipher = stackalloc byte[64];
        Span<byte> ja4 = stackalloc byte[48];
        head.Headers.TryGet(KnownHeader.Referer, out var referer);
        head.Headers.TryGet(KnownHeader.UserAgent, out var agent);
        if (request.Rules is { } turn)
        {
            referer = turn.Signals.Fields.SentReferer;
            agent = turn.Signals.Fields.SentAgent;
        }

        head.Headers.TryGet(KnownHeader.TraceParent, out var traceParent);
        request.Response.Headers.TryGet(KnownHeader.ContentType, out var contentType);
        var start = request.StartedAt.UtcDateTime;

        // Field by field: an initializer would make the whole record twice.
        scoped AccessLogEntry entry = default;
        entry.RayId = ray;
        entry.EdgeStart = start;
        entry.EdgeEnd = start + elapsed;
        entry.TimeToFirstByte = UntilAnswer(request, elapsed);
        entry.ClientIp = request.ClientAddressText;
        entry.ClientSourcePort = connection.Client.Port;
        entry.ClientCountry = request.Country.Utf8;
        entry.Method = head.MethodBytes;
        entry.Scheme = request.IsHttps ? "https"u8 : "http"u8;
        entry.Host = head.Host;
        entry.Path = head.Path;
        entry.Uri = head.Target;
        entry.Protocol = head.Version switch
        {
            10 => "HTTP/1.0"u8,
            20 => "HTTP/2"u8,
            30 => "HTTP/3"u8,
            _ => "HTTP/1.1"u8,
        };
        entry.Referer = referer;
        entry.UserAgent = agent;
        entry.RequestBytes = requestBytes;
        entry.TlsProtocol = Latin1(connection.TlsProtocol, tls);
        entry.TlsCipher = Latin1(connection.TlsCipher, cipher);
        entry.Ja4 = Latin1(connection.Ja4, ja4);
        entry.Status = status;
        entry.ResponseBytes = responseBytes;
        entry.ResponseBodyBytes = request.ResponseBodyBytes;
        entry.ResponseContentType = contentType;
        entry.EdgeServerIp = ownAddress[..ownAddressLength];
        entry.CacheStatus = request.CacheStatus.Span;
        entry.CacheReason = request.CacheReason.Span;
        entry.Collapsed = request.IsCollapsed;
        entry.Tiered = origin.IsTiered;
        entry.LowerEdge = request.Lower?.Node;
        entry.OriginIp = originAddress[..originAddressLength];
        entry.OriginStatus = origin.Status;
        entry.OriginDuration = origin.Total;
        entry.OriginQueue = origin.Queued;
        entry.OriginDns = origin.Dns;
        entry.OriginTcpHandshake = origin.Tcp;
        entry.OriginTlsHandshake = origin.Tls;
        entry.OriginHeaderReceive = origin.FirstByte;
        entry.ZoneName = request.Zone is { } zone ? zone.NameText : default(ReadOnlySpan<byte>);
        entry.ZoneId = request.Zone is { } owner ? owner.IdText : default(ReadOnlySpan<byte>);
        entry.Generation = request.Zone?.Generation ?? 0;
        entry.IsCandidate = request.Zone is { IsCandidate: true };
        entry.SecurityRules = request.Rules is { } rules ? rules.Events.Rules : default(ReadOnlySpan<RuleRuntime>);
        entry.Bots = request.Rules?.Signals.Bots is { By: not null } bots ? bots : null;
        entry.Guarded = request.Guarded;
        entry.KillSwitches = request.Zone is { } killed ? killed.KillSwitches.AsSpan() : default;
        entry.Error = request.Error;
        entry.RefusedReason = request.Refused == MessageFault.None ? default(ReadOnlySpan<byte>) : FaultNames[(int)request.Refused];
        entry.RefusedDetail = request.RefusedDetail is { } detail ? Encoding.UTF8.GetBytes(detail) : default(ReadOnlySpan<byte>);
        entry.ConnectionRequests = request.Ordinal;
        entry.TraceParent = traceParent;
        log.Append(entry);
    }

    // What was read of the request, as near as it is known: line, fields and content, without the body's framing.
    private static long RequestBytes(EdgeRequest request) => request.Head.ByteCount + request.BodyBytesRead;

    private static ReadOnlySpan<byte> Latin1(string? text, Span<byte> into)
    {
        if (text is null || text.Length > into.Length)
        {
            return default;
        }

        return into[..Encoding.Latin1.GetBytes(text, into)];
    }
}
