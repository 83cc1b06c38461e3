namespace Holdfast.Edge.Listening.Admission;

/// <summary>
/// Counts what becomes of connections and passes samples of the bad ones on. One for all listeners of a process; any thread may call it.
/// </summary>
internal sealed class ConnectionLedger(ConnectionLimits limits, IConnectionEventSink sink, TimeProvider time)
{
    private readonly long[] _failures = new long[Enum.GetValues<FailureReason>().Length];
    private readonly long[] _refusals = new long[Enum.GetValues<RefusalReason>().Length];
    private readonly EventSampler _failureSampler = new(limits.ReportedPerSecond, time);
    private readonly EventSampler _refusalSampler = new(limits.ReportedPerSecond, time);
    private long _handshakes;

    /// <summary>TLS handshakes that succeeded, since the start of the process.</summary>
    public long Handshakes => Volatile.Read(ref _handshakes);

    /// <summary>TLS connections that failed for this reason, since the start of the process.</summary>
    public long Failures(FailureReason reason) => Volatile.Read(ref _failures[(int)reason]);

    /// <summary>Connections that were refused for this reason, since the start of the process.</summary>
    public long Refusals(RefusalReason reason) => Volatile.Read(ref _refusals[(int)reason]);

    /// <summary>Counts a connection that was let in.</summary>
    public void Accepted() => sink.CountAccepted();

    /// <summary>Counts its end.</summary>
    public void Closed() => sink.CountClosed();

    /// <summary>Counts a handshake that succeeded.</summary>
    public void HandshakeSucceeded() => Interlocked.Increment(ref _handshakes);

    /// <summary>Counts a failure, and reports it if it is among the first of this second.</summary>
    public void Failed(ConnectionFacts facts, FailureReason reason, string? detail = null)
    {
        Interlocked.Increment(ref _failures[(int)reason]);
        sink.CountFailure(reason);
        if (_failureSampler.TryTake(out var unreported))
        {
            sink.HandshakeFailed(
                new ConnectionFailure(time.GetUtcNow(), reason, detail, facts.Client, facts.Local, facts.Sni, facts.Ja4, unreported)
            );
        }
    }

    /// <summary>Counts a refusal, and reports it if it is among the first of this second.</summary>
    public void Refused(ConnectionFacts facts, RefusalReason reason)
    {
        Interlocked.Increment(ref _refusals[(int)reason]);
        sink.CountRefusal(reason);
        if (_refusalSampler.TryTake(out var unreported))
        {
            sink.Refused(new ConnectionRefusal(time.GetUtcNow(), reason, facts.Peer, facts.Client, facts.Local, unreported));
        }
    }
}
