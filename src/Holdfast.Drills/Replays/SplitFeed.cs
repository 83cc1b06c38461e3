using System.Text.Json.Nodes;
using Holdfast.Drills.Grading;

namespace Holdfast.Drills.Replays;

/// <summary>The network between one edge and control is cut while changes and purges go out; then it is mended.</summary>
internal sealed class SplitFeed : Drill
{
    private const int Changes = 5;

    /// <summary>A page that may be cached and that nobody else asks for.</summary>
    private const string Kept = "/cached/split-feed.css";

    /// <inheritdoc/>
    public override string Name => "split-feed";

    /// <inheritdoc/>
    public override string Summary =>
        "one edge is cut off from control while changes and a purge go out; it serves what it has, and catches up";

    private protected override VisitorsLaw Visitors => new(14);

    internal override async Task BringAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var fleet = run.Fleet;
        var (far, near) = (0, new[] { 1, 2 });
        var purged = fleet.Zones[0];
        await run.KeepsAsync(far, purged.Name, Kept, cancellationToken);
        run.Say("edge-1 is cut off from control");
        fleet.Links[far].Cut();
        var slowest = 0.0;
        for (var change = 1; change <= Changes; change++)
        {
            slowest = Math.Max(slowest, await run.PublishAsync($"split-{change}.example.com", near, cancellationToken));
        }

        await fleet.Api.DoAsync(
            HttpMethod.Post,
            $"/client/v4/zones/{purged.Id}/purge_cache",
            new JsonObject { ["purge_everything"] = true },
            cancellationToken
        );
        run.Say(
            FormattableString.Invariant($"{Changes} new zones live on the other edges, each within {slowest:0.00} s; a zone was purged")
        );
        run.Grade(
            14,
            slowest <= 5,
            FormattableString.Invariant($"changes reach the edges that are not cut off within {slowest:0.00} s, 5 allowed")
        );

        var served = await fleet.ServesAsync(far, "split-1.example.com", cancellationToken);
        run.Grade(14, !served, "edge-1 was cut off indeed: it does not serve what was made meanwhile");

        var mended = run.Timeline.Now;
        run.Say("the network is mended");
        fleet.Links[far].Mend();
        for (var change = 1; change <= Changes; change++)
        {
            var host = $"split-{change}.example.com";
            await DrillRun.UntilAsync(
                () => fleet.ServesAsync(far, host, cancellationToken),
                $"edge-1 serves {host}",
                30,
                cancellationToken
            );
        }

        run.RevertSeconds = run.Timeline.Now - mended;
        var kept = await fleet.AskAsync(far, purged.Name, Kept, cancellationToken);
        run.Say("edge-1 has caught up");
        run.Grade(
            14,
            kept is { Right: true, CacheStatus: not "HIT" },
            $"what was purged meanwhile is gone from edge-1's cache: {kept.CacheStatus}"
        );
        run.Grade(
            14,
            run.RevertSeconds <= 15,
            FormattableString.Invariant($"edge-1 has everything {run.RevertSeconds:0.0} s after the network is back, 15 allowed")
        );
    }
}
