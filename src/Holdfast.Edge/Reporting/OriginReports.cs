using Holdfast.Edge.Origins;
using Holdfast.Http.Origins;

namespace Holdfast.Edge.Reporting;

/// <summary>Counts connections to origins, and why others could not be had.</summary>
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
}
