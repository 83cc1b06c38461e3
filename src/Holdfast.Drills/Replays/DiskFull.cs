using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Drills.Fleets;
using Holdfast.Drills.Grading;

namespace Holdfast.Drills.Replays;

/// <summary>An edge's disk has no room any more while changes come, then control's has none; then there is room again.</summary>
internal sealed class DiskFull : Drill
{
    private const string During = "during.example.com";
    private const string After = "after.example.com";
    private const string Kept = "/cached/disk-full.css";

    /// <summary>How long an edge may take to write what it could not: it tries with each heartbeat of control, every 5 s.</summary>
    private const double WriteSeconds = 7;

    /// <inheritdoc/>
    public override string Name => "disk-full";

    /// <inheritdoc/>
    public override string Summary =>
        "an edge's disk is full while changes and a purge come, then control's is; sites go on, and what could not be written is written later";

    private protected override VisitorsLaw Visitors => new(14);

    internal override bool DisksMayFill => true;

    internal override async Task BringAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var fleet = run.Fleet;
        var every = Enumerable.Range(0, fleet.Edges.Count).ToList();
        await run.KeepsAsync(0, fleet.Zones[0].Name, Kept, cancellationToken);
        run.Cause("edge-1's disk is full: no write succeeds");
        fleet.Edges[0].FillDisk(full: true);
        var live = await run.PublishAsync(During, every, cancellationToken);
        run.Grade(14, true, FormattableString.Invariant($"a new zone is live on every edge, the full one too, after {live:0.00} s"));
        await PurgeAsync(run, cancellationToken);
        await DrillRun.LetPassAsync(2, cancellationToken);

        run.Say("control's disk is full");
        fleet.Control.FillDisk(full: true);
        var refused = await WriteAsync(fleet, cancellationToken);
        run.Grade(
            14,
            refused is { Status: HttpStatusCode.ServiceUnavailable, HasRetryAfter: true },
            $"a change is refused with {(int)refused.Status}, 503 with Retry-After wanted"
        );
        run.Grade(14, await fleet.Api.AnswersAsync(cancellationToken), "control's API is read as before");
        await DrillRun.LetPassAsync(2, cancellationToken);

        run.Say("control has room again");
        fleet.Control.FillDisk(full: false);
        var again = await run.PublishAsync(After, every, cancellationToken);
        run.Grade(14, again <= 5, FormattableString.Invariant($"the next change is live on every edge after {again:0.00} s, 5 allowed"));

        run.Say("edge-1 has room again");
        fleet.Edges[0].FillDisk(full: false);
        await DrillRun.LetPassAsync(WriteSeconds, cancellationToken);
        run.StopSeconds = run.SinceCause;
        run.Say("control is killed, and edge-1 too: it boots from what it has written");
        await fleet.Control.KillAsync();
        await run.CrashAsync(0, cancellationToken);
        await fleet.ServesAllAsync(0, cancellationToken);
        foreach (var host in new[] { During, After })
        {
            await DrillRun.UntilAsync(
                () => fleet.ServesAsync(0, host, cancellationToken),
                $"edge-1 serves {host}, which came while its disk was full",
                10,
                cancellationToken
            );
        }

        run.RevertSeconds = run.SinceCause;
        run.Grade(14, true, "edge-1 boots without control with everything that came while its disk was full");
    }

    private static async Task PurgeAsync(DrillRun run, CancellationToken cancellationToken)
    {
        await run.Fleet.Api.DoAsync(
            HttpMethod.Post,
            $"/client/v4/zones/{run.Fleet.Zones[0].Id}/purge_cache",
            new JsonObject { ["purge_everything"] = true },
            cancellationToken
        );
        var took = await DrillRun.UntilAsync(
            async () => (await run.Fleet.AskAsync(0, run.Fleet.Zones[0].Name, Kept, cancellationToken)).CacheStatus != "HIT",
            "a purge reaches edge-1",
            10,
            cancellationToken
        );
        run.Grade(14, true, FormattableString.Invariant($"a purge is in effect on the full edge after {took:0.00} s"));
    }

    private static async Task<ApiAnswer> WriteAsync(Fleet fleet, CancellationToken cancellationToken)
    {
        try
        {
            return await fleet.Api.CallAsync(
                HttpMethod.Patch,
                $"/client/v4/zones/{fleet.Zones[1].Id}/settings/server_timing",
                new JsonObject { ["value"] = "on" },
                cancellationToken
            );
        }
        catch (HttpRequestException fault)
        {
            return new ApiAnswer(0, fault.Message, null, false);
        }
    }
}
