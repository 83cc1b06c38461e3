using System.Text.Json.Nodes;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Zones;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Purging;
using Holdfast.Releases.Signing;
using Holdfast.Releases.Uplink;

namespace Holdfast.Edge.Reporting;

/// <summary>Tells control every ten seconds how the edge is.</summary>
internal sealed class HealthReports(
    UplinkRing ring,
    EdgeCounters counters,
    ReleaseIntake intake,
    PurgeIntake purges,
    ZoneDirectory zones,
    VerificationKeys trusted,
    EdgeGuard guard,
    TimeProvider time
)
{
    /// <summary>Whether somebody at the edge's machine wants it to have no more visitors.</summary>
    public Func<bool> Draining { get; init; } = static () => false;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Reports until it is told to stop; the first report is made at once.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                ring.Add(
                    UplinkRecordTypes.Health,
                    new JsonObject
                    {
                        ["requests"] = counters.Requests,
                        ["edge_errors"] = counters.EdgeErrors,
                        ["origin_errors"] = counters.OriginErrors,
                        ["connections"] = counters.OpenConnections,
                        ["position"] = intake.State.Position,
                        ["purged"] = new JsonObject { ["log"] = purges.Position.Log, ["sequence"] = purges.Position.Sequence },
                        ["zones"] = zones.Count,
                        ["draining"] = Draining(),
                        ["guard"] = GuardJson.Of(guard),
                        [UplinkRecordTypes.TrustedKeys] = new JsonArray([.. trusted.Ids.Select(id => (JsonNode)id)]),
                    }
                );
            } while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }
}
