using System.Text.Json.Nodes;
using Holdfast.Drills.Grading;
using Holdfast.Drills.Protections;

namespace Holdfast.Drills.Replays;

/// <summary>A kill switch takes a ruleset out that every site executes, and code after it reads the missing result.</summary>
internal sealed class KilledExecute : Drill
{
    private const string Phase = "http_request_firewall_custom";
    private const string Marked = "/holdfast-drill-live";
    private const double Seconds = 6;

    /// <summary>Longest that a zone's release may be on trial: slices, a bake of 60 s, and what a busy machine adds.</summary>
    private const double BakeSeconds = 150;

    /// <summary>Of that day's sites those failed that executed the ruleset; here all do.</summary>
    private const double OutageShare = 0.5;

    /// <inheritdoc/>
    public override string Name => "dec5";

    /// <inheritdoc/>
    public override string Summary =>
        "a kill switch takes out a ruleset that every site executes, and a defect reads what is missing then; sites go on without the ruleset";

    /// <inheritdoc/>
    public override string Precedent =>
        "Cloudflare, 5 December 2025: a kill switch went to the whole fleet in seconds and met an execute rule for the first time; "
        + "code after it read the missing result; 500s for 25 minutes";

    /// <inheritdoc/>
    public override Chronicle Chronicle =>
        new(
            "Cloudflare, report on the outage of 5 December 2025",
            [
                new("08:47", "the kill switch goes to the whole fleet in seconds; sites answer 500"),
                new("08:50", "monitoring alerts"),
                new("09:11", "the change is taken back"),
                new("09:12", "all sites are back"),
            ]
        );

    /// <inheritdoc/>
    public override IReadOnlyList<Protection> Walls => [Protection.Guard];

    private protected override VisitorsLaw Visitors => new(7);

    internal override bool IsOutage(DrillRun run, double from) => run.Timeline.LostShare(from) >= OutageShare;

    internal override async Task BringAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var ruleset = await ExecuteEverywhereAsync(run, cancellationToken);
        for (var edge = 0; edge < run.Fleet.Edges.Count; edge++)
        {
            await run.Fleet.TripAsync(edge, "execute_result_missing?action=throw&count=1000000", cancellationToken);
        }

        run.Say("every edge has the defect of then; nothing is missing, so nobody meets it");
        await DrillRun.LetPassAsync(1, cancellationToken);

        run.Cause("a kill switch takes the ruleset out everywhere");
        var kill = await run.Fleet.Api.DoAsync(
            HttpMethod.Post,
            "/holdfast/v1/kill-switches",
            new JsonObject
            {
                ["subject"] = "ruleset",
                ["target"] = ruleset,
                ["zone"] = "*",
                ["reason"] = "the drill dec5",
            },
            cancellationToken
        );
        run.StopSeconds = await run.SeesAsync(() => EachAnswersAsync(run, killed: true, cancellationToken), Seconds, cancellationToken);
        run.Grade(
            7,
            run.StopSeconds is not null,
            run.StopSeconds is { } killed
                ? FormattableString.Invariant($"the ruleset is as if absent at every edge after {killed:0.0} s")
                : "not every edge answers as if the ruleset were absent"
        );
        run.DetectSeconds = await run.SeesAsync(() => EachNamesItAsync(run, cancellationToken), Seconds, cancellationToken);
        run.AttributeSeconds = run.DetectSeconds;
        if (run.DetectSeconds is { } seen)
        {
            run.Say("every edge says which module fails");
            run.Grade(20, seen <= 60, FormattableString.Invariant($"the module is named by every edge after {seen:0.0} s, 60 allowed"));
        }

        await DrillRun.LetPassAsync(Math.Max(0, Seconds - run.SinceCause), cancellationToken);
        run.Say("the kill switch is taken back");
        await run.Fleet.Api.DoAsync(
            HttpMethod.Delete,
            $"/holdfast/v1/kill-switches/{kill.GetProperty("id").GetString()}",
            null,
            cancellationToken
        );
        run.RevertSeconds = await run.SeesAsync(() => EachAnswersAsync(run, killed: false, cancellationToken), 70, cancellationToken);
        run.Grade(
            7,
            run.RevertSeconds is not null,
            run.RevertSeconds is { } back
                ? FormattableString.Invariant($"every edge executes the ruleset again after {back:0.0} s")
                : "not every edge executes the ruleset again"
        );
    }

    /// <summary>An account's ruleset, and a rule of each zone that executes it.</summary>
    /// <returns>Its id.</returns>
    private static async Task<string> ExecuteEverywhereAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var api = run.Fleet.Api;
        var accounts = await api.DoAsync(HttpMethod.Get, "/client/v4/accounts", null, cancellationToken);
        var ruleset = await api.DoAsync(
            HttpMethod.Post,
            $"/client/v4/accounts/{accounts[0].GetProperty("id").GetString()}/rulesets",
            new JsonObject
            {
                ["name"] = "drill",
                ["kind"] = "custom",
                ["phase"] = Phase,
                ["rules"] = new JsonArray(
                    new JsonObject { ["action"] = "block", ["expression"] = $"http.request.uri.path eq \"{Marked}\"" }
                ),
            },
            cancellationToken
        );
        var id = ruleset.GetProperty("id").GetString()!;
        await run.Fleet.OpenToAllAsync("account-ruleset", id, cancellationToken);
        foreach (var zone in run.Fleet.Zones)
        {
            await api.DoAsync(
                HttpMethod.Put,
                $"/client/v4/zones/{zone.Id}/rulesets/phases/{Phase}/entrypoint",
                new JsonObject
                {
                    ["rules"] = new JsonArray(
                        new JsonObject
                        {
                            ["action"] = "execute",
                            ["expression"] = "true",
                            ["action_parameters"] = new JsonObject { ["id"] = id },
                        }
                    ),
                },
                cancellationToken
            );
        }

        await DrillRun.UntilAsync(
            () => EachAnswersAsync(run, killed: false, cancellationToken),
            "every edge executes the ruleset for every zone",
            30,
            cancellationToken
        );
        run.Say("every site executes a ruleset of the account");

        // Releases that are still on trial would be suspects of what comes, and go back by themselves; of that day's, nobody was.
        var good = await DrillRun.UntilAsync(
            () => run.Fleet.IsBakedAsync(cancellationToken),
            "the sites' releases are known to be good",
            BakeSeconds,
            cancellationToken
        );
        run.Say(FormattableString.Invariant($"the sites' releases are known to be good after {good:0} s"));
        return id;
    }

    private static async Task<bool> EachAnswersAsync(DrillRun run, bool killed, CancellationToken cancellationToken)
    {
        for (var edge = 0; edge < run.Fleet.Edges.Count; edge++)
        {
            foreach (var zone in run.Fleet.Zones)
            {
                var visit = await run.Fleet.AskAsync(edge, zone.Name, Marked, cancellationToken);
                if (killed ? !visit.Right : visit.Status != 403)
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static async Task<bool> EachNamesItAsync(DrillRun run, CancellationToken cancellationToken)
    {
        for (var edge = 0; edge < run.Fleet.Edges.Count; edge++)
        {
            if (
                await run.Fleet.StateAsync(edge, "/holdfast/state", cancellationToken) is not { } state
                || !state
                    .GetProperty("guard")
                    .GetProperty("modules")
                    .EnumerateArray()
                    .Any(static module => module.GetProperty("module").GetString() == Phase)
            )
            {
                return false;
            }
        }

        return true;
    }
}
