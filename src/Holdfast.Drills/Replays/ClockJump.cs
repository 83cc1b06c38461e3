using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Drills.Grading;

namespace Holdfast.Drills.Replays;

/// <summary>One edge's clock jumps ahead by more than a year, another's back by as much, and then both are right again.</summary>
internal sealed class ClockJump : Drill
{
    private const int Seconds = 400 * 86_400;
    private const int Ahead = 0;
    private const int Behind = 1;
    private const string Kept = "/cached/clock-jump.css";

    /// <inheritdoc/>
    public override string Name => "clock-jump";

    /// <inheritdoc/>
    public override string Summary =>
        "one edge's clock jumps 400 days ahead, another's 400 days back, then both are right again; sites, changes and purges go on";

    private protected override VisitorsLaw Visitors => new(14);

    internal override bool FaultInjection => true;

    internal override async Task BringAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var fleet = run.Fleet;
        int[] jumped = [Ahead, Behind];
        var zone = fleet.Zones[0];
        foreach (var edge in jumped)
        {
            await run.KeepsAsync(edge, zone.Name, Kept, cancellationToken);
        }

        run.Cause("edge-1's clock jumps 400 days ahead, edge-2's 400 days back");
        await SetAsync(run, Ahead, Seconds, cancellationToken);
        await SetAsync(run, Behind, -Seconds, cancellationToken);
        await DrillRun.LetPassAsync(2, cancellationToken);

        // By the standard (RFC 9111 section 4.2.3) what an origin dates 400 days ago is 400 days old: the edge ahead asks the origin.
        await UseAsync(run, "jumped", [Behind], cancellationToken);

        run.Say("both clocks are right again");
        await SetAsync(run, Ahead, 0, cancellationToken);
        await SetAsync(run, Behind, 0, cancellationToken);
        run.StopSeconds = run.SinceCause;
        await DrillRun.LetPassAsync(2, cancellationToken);
        await UseAsync(run, "right", jumped, cancellationToken);
        run.RevertSeconds = run.SinceCause;
        run.Grade(22, fleet.Edges.All(static edge => edge.Deaths == 0), "no process ended");
    }

    /// <summary>A change, a cached page and a purge, as on any day.</summary>
    private static async Task UseAsync(DrillRun run, string when, int[] edges, CancellationToken cancellationToken)
    {
        var fleet = run.Fleet;
        var live = await run.PublishAsync($"{when}.example.com", Enumerable.Range(0, fleet.Edges.Count), cancellationToken);
        run.Grade(
            14,
            live <= 5,
            FormattableString.Invariant($"clocks {when}: a change is live on every edge after {live:0.00} s, 5 allowed")
        );
        foreach (var edge in edges)
        {
            await run.KeepsAsync(edge, fleet.Zones[0].Name, Kept, cancellationToken);
        }

        await fleet.Api.DoAsync(
            HttpMethod.Post,
            $"/client/v4/zones/{fleet.Zones[0].Id}/purge_cache",
            new JsonObject { ["purge_everything"] = true },
            cancellationToken
        );
        foreach (var edge in edges)
        {
            await DrillRun.UntilAsync(
                async () => (await fleet.AskAsync(edge, fleet.Zones[0].Name, Kept, cancellationToken)).CacheStatus != "HIT",
                $"a purge reaches {fleet.Edges[edge].Name}, clocks {when}",
                10,
                cancellationToken
            );
        }

        run.Grade(14, true, $"clocks {when}: pages are kept, and a purge takes them out");
    }

    private static Task SetAsync(DrillRun run, int edge, int seconds, CancellationToken cancellationToken) =>
        run.Fleet.TripAsync(edge, string.Create(CultureInfo.InvariantCulture, $"clock?seconds={seconds}"), cancellationToken);
}
