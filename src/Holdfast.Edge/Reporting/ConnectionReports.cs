using System.Globalization;
using Holdfast.Edge.Listening.Admission;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Reporting;

/// <summary>Says samples of connections that came to nothing, so that an operator sees what a flood or a misconfigured client looks like.</summary>
internal sealed partial class ConnectionReports(EdgeCounters counters, ILogger<ConnectionReports> logger) : IConnectionEventSink
{
    /// <inheritdoc/>
    public void HandshakeFailed(in ConnectionFailure failure) =>
        LogFailure(failure.Client.Address.ToString(), failure.Reason, failure.Sni ?? "-", failure.Detail ?? "-", More(failure.Unreported));

    /// <inheritdoc/>
    public void Refused(in Listening.Admission.ConnectionRefusal refusal) =>
        LogRefusal(refusal.Client.Address.ToString(), refusal.Reason, More(refusal.Unreported));

    /// <inheritdoc/>
    public void CountAccepted() => counters.ConnectionAccepted();

    /// <inheritdoc/>
    public void CountClosed() => counters.ConnectionClosed();

    /// <inheritdoc/>
    public void CountFailure(FailureReason reason) =>
        counters.HandshakeFailed(
            reason switch
            {
                FailureReason.TimedOut => HandshakeFailure.Timeout,
                FailureReason.ClientClosed => HandshakeFailure.ClosedByClient,
                FailureReason.PlainHttp or FailureReason.NotTls => HandshakeFailure.NotTls,
                FailureReason.NoCertificate => HandshakeFailure.NoCertificate,
                FailureReason.Rejected => HandshakeFailure.NoCommonParameters,
                _ => HandshakeFailure.Other,
            }
        );

    /// <inheritdoc/>
    public void CountRefusal(RefusalReason reason) =>
        counters.ConnectionRefused(
            reason switch
            {
                RefusalReason.TooManyConnections => ConnectionRefusal.TotalLimit,
                RefusalReason.TooManyFromAddress => ConnectionRefusal.AddressLimit,
                _ => ConnectionRefusal.ProxyHeader,
            }
        );

    private static string More(long unreported) =>
        unreported == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({unreported} more since the last line)");

    [LoggerMessage(
        EventId = 1201,
        Level = LogLevel.Information,
        Message = "TLS with {Client} failed: {Reason}, SNI {Sni}, {Detail}{More}."
    )]
    private partial void LogFailure(string client, FailureReason reason, string sni, string detail, string more);

    [LoggerMessage(EventId = 1202, Level = LogLevel.Warning, Message = "A connection from {Client} was refused: {Reason}{More}.")]
    private partial void LogRefusal(string client, RefusalReason reason, string more);
}
