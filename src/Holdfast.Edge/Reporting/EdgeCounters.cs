using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Tiers;

namespace Holdfast.Edge.Reporting;

/// <summary>
/// What an edge counts. Every method may be called on any thread at any time; none allocates, waits or throws. Read through
/// <see cref="EdgeMetrics"/>, which names everything.
/// </summary>
internal sealed class EdgeCounters
{
    /// <summary>Upper bounds of the duration histograms' buckets in seconds; a last bucket takes the rest.</summary>
    public static readonly double[] DurationBounds =
    [
        0.0005,
        0.001,
        0.0025,
        0.005,
        0.01,
        0.025,
        0.05,
        0.1,
        0.25,
        0.5,
        1,
        2.5,
        5,
        10,
        30,
        60,
        120,
    ];

    private static readonly long[] DurationTicks = [.. DurationBounds.Select(s => (long)(s * TimeSpan.TicksPerSecond))];

    private readonly StripedCounters _counters;
    private readonly int _otherRefusal;

    // Where each group begins; the last one is the number of counters.
    private readonly int _errors;
    private readonly int _logDrops;
    private readonly int _refusals;
    private readonly int _handshakes;
    private readonly int _connectFailures;
    private readonly int _parserRefusals;
    private readonly int _revalidations;
    private readonly int _originSheds;
    private readonly int _uppers;
    private readonly int _requestDurations;
    private readonly int _originDurations;

    /// <param name="parserReasons">The names of the reasons for which the parser refuses a request, in the order of their numbers.</param>
    public EdgeCounters(IReadOnlyList<string> parserReasons)
    {
        ParserReasons = [.. parserReasons, "other"];
        _otherRefusal = parserReasons.Count;
        _errors = (int)Single.Count;
        _logDrops = _errors + Enum.GetValues<EdgeError>().Length;
        _refusals = _logDrops + Enum.GetValues<LogDropReason>().Length;
        _handshakes = _refusals + Enum.GetValues<ConnectionRefusal>().Length;
        _connectFailures = _handshakes + Enum.GetValues<HandshakeFailure>().Length;
        _parserRefusals = _connectFailures + Enum.GetValues<OriginConnectFailure>().Length;
        _revalidations = _parserRefusals + ParserReasons.Count;
        _originSheds = _revalidations + Enum.GetValues<RevalidationResult>().Length;
        _uppers = _originSheds + Enum.GetValues<OriginShedReason>().Length;
        _requestDurations = _uppers + Enum.GetValues<UpperResult>().Length;
        _originDurations = _requestDurations + DurationBounds.Length + 1;
        _counters = new StripedCounters(_originDurations + DurationBounds.Length + 1);
    }

    /// <summary>The counters that stand alone.</summary>
    internal enum Single
    {
        StatusOther,
        Status1xx,
        Status2xx,
        Status3xx,
        Status4xx,
        Status5xx,
        BytesIn,
        BytesOut,
        ConnectionsAccepted,
        ConnectionsClosed,
        OriginRequests,
        OriginReuses,
        OriginConnects,
        OriginErrorResponses,
        OriginQueued,
        OriginDequeued,
        LogRecords,
        Collapsed,
        RequestTicks,
        OriginTicks,
        EdgeSlow,
        OriginSlow,
        Count,
    }

    /// <summary>The parser's reasons, with <c>other</c> last.</summary>
    public IReadOnlyList<string> ParserReasons { get; }

    /// <summary>What each zone was asked, and how often that failed.</summary>
    public ZoneTraffic Zones { get; } = new();

    /// <summary>Requests that ended, since the start.</summary>
    public long Requests
    {
        get
        {
            var sum = 0L;
            for (var i = Single.StatusOther; i <= Single.Status5xx; i++)
            {
                sum += Value(i);
            }

            return sum;
        }
    }

    /// <summary>Errors that were the edge's own fault, since the start.</summary>
    public long EdgeErrors => Blamed(Blame.Edge);

    /// <summary>Errors of the edge's that were the origin's fault, since the start.</summary>
    public long OriginErrors => Blamed(Blame.Origin);

    /// <summary>Requests that the edge itself kept waiting, since the start.</summary>
    public long EdgeSlow => Value(Single.EdgeSlow);

    /// <summary>Requests that their origin kept waiting, since the start.</summary>
    public long OriginSlow => Value(Single.OriginSlow);

    /// <summary>Visitors' connections open now.</summary>
    public long OpenConnections => Math.Max(0, Value(Single.ConnectionsAccepted) - Value(Single.ConnectionsClosed));

    /// <summary>Requests that wait for an origin now.</summary>
    public long OriginWaiting => Math.Max(0, Value(Single.OriginQueued) - Value(Single.OriginDequeued));

    /// <summary>Access log records lost, since the start.</summary>
    public long LogDrops => Enum.GetValues<LogDropReason>().Sum(Value);

    /// <summary>A request ended, in whatever way.</summary>
    /// <param name="status">The response's status; 0 when none was begun.</param>
    /// <param name="error">The edge's error, or <see cref="EdgeError.None"/>.</param>
    /// <param name="requestBytes">Bytes read from the visitor.</param>
    /// <param name="responseBytes">Bytes written to the visitor.</param>
    /// <param name="duration">From the request's first byte to the end; negative counts as 0.</param>
    public void RequestEnded(int status, EdgeError error, long requestBytes, long responseBytes, TimeSpan duration)
    {
        var part = _counters.Current;
        part.Add(status is >= 100 and < 600 ? (int)Single.StatusOther + (status / 100) : (int)Single.StatusOther, 1);
        part.Add((int)Single.BytesIn, requestBytes);
        part.Add((int)Single.BytesOut, responseBytes);
        var ticks = Math.Max(0, duration.Ticks);
        part.Add((int)Single.RequestTicks, ticks);
        part.Add(_requestDurations + Bucket(ticks), 1);
        if (error != EdgeError.None)
        {
            part.Add(_errors + (int)error, 1);
        }
    }

    /// <summary>An origin was asked, and answered or failed.</summary>
    /// <param name="reused">Whether the connection had served a request before.</param>
    /// <param name="status">The origin's status; 0 when it did not answer.</param>
    /// <param name="duration">From the first step towards it to its answer's end, or to the failure.</param>
    public void OriginAsked(bool reused, int status, TimeSpan duration)
    {
        var part = _counters.Current;
        part.Add((int)Single.OriginRequests, 1);
        if (reused)
        {
            part.Add((int)Single.OriginReuses, 1);
        }

        if (status >= 500)
        {
            part.Add((int)Single.OriginErrorResponses, 1);
        }

        var ticks = Math.Max(0, duration.Ticks);
        part.Add((int)Single.OriginTicks, ticks);
        part.Add(_originDurations + Bucket(ticks), 1);
    }

    /// <summary>A visitor was kept waiting.</summary>
    public void Slow(Slowness by)
    {
        if (by != Slowness.None)
        {
            _counters.Add((int)(by == Slowness.Edge ? Single.EdgeSlow : Single.OriginSlow), 1);
        }
    }

    /// <summary>A request was answered by another one's exchange with the origin.</summary>
    public void Collapsed() => _counters.Add((int)Single.Collapsed, 1);

    /// <summary>A stored response was revalidated.</summary>
    public void Revalidated(RevalidationResult result) => _counters.Add(_revalidations + (int)result, 1);

    /// <summary>A request had its home at an upper edge.</summary>
    public void UpperAsked(UpperResult result) => _counters.Add(_uppers + (int)result, 1);

    /// <summary>A new connection to an origin stands.</summary>
    public void OriginConnected() => _counters.Add((int)Single.OriginConnects, 1);

    /// <summary>A connection to one of an origin's addresses could not be had.</summary>
    public void OriginConnectFailed(OriginConnectFailure reason) => _counters.Add(_connectFailures + (int)reason, 1);

    /// <summary>A request began to wait for an origin; <see cref="OriginDequeued"/> follows.</summary>
    public void OriginQueued() => _counters.Add((int)Single.OriginQueued, 1);

    /// <summary>A request waits for its origin no more.</summary>
    public void OriginDequeued() => _counters.Add((int)Single.OriginDequeued, 1);

    /// <summary>A request was not sent to an origin because of its zone's limit.</summary>
    public void OriginShed(OriginShedReason reason) => _counters.Add(_originSheds + (int)reason, 1);

    /// <summary>A visitor's connection was accepted; <see cref="ConnectionClosed"/> follows.</summary>
    public void ConnectionAccepted() => _counters.Add((int)Single.ConnectionsAccepted, 1);

    /// <summary>An accepted connection was closed.</summary>
    public void ConnectionClosed() => _counters.Add((int)Single.ConnectionsClosed, 1);

    /// <summary>A visitor's connection was closed before anything was read from it.</summary>
    public void ConnectionRefused(ConnectionRefusal reason) => _counters.Add(_refusals + (int)reason, 1);

    /// <summary>A visitor's TLS handshake failed.</summary>
    public void HandshakeFailed(HandshakeFailure reason) => _counters.Add(_handshakes + (int)reason, 1);

    /// <summary>The parser refused a request.</summary>
    /// <param name="reason">The reason's number; one without a name counts as <c>other</c>.</param>
    public void ParserRefused(int reason) => _counters.Add(_parserRefusals + ((uint)reason < _otherRefusal ? reason : _otherRefusal), 1);

    /// <summary>Records reached the access log's file.</summary>
    public void LogWritten(int records) => _counters.Add((int)Single.LogRecords, records);

    /// <summary>Access log records were lost.</summary>
    public void LogDropped(LogDropReason reason, int records) => _counters.Add(_logDrops + (int)reason, records);

    internal long Value(Single counter) => _counters.Sum((int)counter);

    internal long Value(EdgeError error) => _counters.Sum(_errors + (int)error);

    internal long Value(LogDropReason reason) => _counters.Sum(_logDrops + (int)reason);

    internal long Value(ConnectionRefusal reason) => _counters.Sum(_refusals + (int)reason);

    internal long Value(HandshakeFailure reason) => _counters.Sum(_handshakes + (int)reason);

    internal long Value(OriginConnectFailure reason) => _counters.Sum(_connectFailures + (int)reason);

    internal long Value(RevalidationResult result) => _counters.Sum(_revalidations + (int)result);

    internal long Value(OriginShedReason reason) => _counters.Sum(_originSheds + (int)reason);

    internal long Value(UpperResult result) => _counters.Sum(_uppers + (int)result);

    internal long ParserRefusals(int reason) => _counters.Sum(_parserRefusals + reason);

    internal long RequestDurations(int bucket) => _counters.Sum(_requestDurations + bucket);

    internal long OriginDurations(int bucket) => _counters.Sum(_originDurations + bucket);

    private static int Bucket(long ticks)
    {
        var bucket = 0;
        while (bucket < DurationTicks.Length && ticks > DurationTicks[bucket])
        {
            bucket++;
        }

        return bucket;
    }

    private long Blamed(Blame blame) => EdgeErrorCatalog.All.Where(info => info.Blame == blame).Sum(info => Value(info.Error));
}
