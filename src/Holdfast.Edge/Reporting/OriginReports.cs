using Holdfast.Edge.Origins;
using Holdfast.Edge.Origins.Concurrency;
using Holdfast.Http.Origins;

namespace Holdfast.Edge.Reporting;

/// <summary>Counts connections to origins, why others could not be had, and requests that wait for an origin.</summary>
internal sealed class OriginReports(EdgeCounters counters) : IOriginEvents
{
    /// <inheritdoc/>
    public void Connected() => counters.OriginConnected();

    /// <inheritdoc/>
    public void NotConnected(OriginFault fault) =>
        counters.OriginConnectFailed(
            fault switch
            {
                OriginFault.Refused => OriginConnectFailure.Refused,
                OriginFault.ConnectTimeout => OriginConnectFailure.Timeout,
                OriginFault.Unreachable => OriginConnectFailure.Unreachable,
                OriginFault.TlsHandshake => OriginConnectFailure.TlsHandshake,
                OriginFault.BadCertificate => OriginConnectFailure.Certificate,
                _ => OriginConnectFailure.Other,
            }
        );

    /// <inheritdoc/>
    public void NotResolved() => counters.OriginConnectFailed(OriginConnectFailure.Dns);

    /// <inheritdoc/>
    public void Queued() => counters.OriginQueued();

    /// <inheritdoc/>
    public void Dequeued() => counters.OriginDequeued();

    /// <inheritdoc/>
    public void NotAdmitted(OriginWaitEnd why) =>
        counters.OriginShed(
            why switch
            {
                OriginWaitEnd.Displaced => OriginShedReason.Displaced,
                OriginWaitEnd.TimedOut => OriginShedReason.Timeout,
                OriginWaitEnd.VisitorLeft => OriginShedReason.VisitorLeft,
                OriginWaitEnd.StoredInstead => OriginShedReason.Stored,
                OriginWaitEnd.Background => OriginShedReason.Background,
                _ => OriginShedReason.QueueFull,
            }
        );
}
