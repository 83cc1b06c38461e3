using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Drills.Fleets;
using Holdfast.Drills.Grading;
using Holdfast.Drills.Protections;
using Holdfast.Drills.Visitors;

namespace Holdfast.Drills.Replays;

/// <summary>
/// Configuration from two builds of control, valid apart and fatal together: something in the edge's background reads both long after the
/// health checks, and the process ends. Then people clean up by hand.
/// </summary>
internal sealed class MixedBuilds : Drill
{
    private const string ListName = "drill_networks";

    /// <summary>An edge dies 75 s after it has the release in full; before that come its slices, of a minute.</summary>
    private const double FirstDeathSeconds = 300;

    /// <summary>A second death on the same edge, its start after that, and what it tells control.</summary>
    private const double StopSeconds = 200;

    private const double BackSeconds = 60;

    /// <summary>From detection to a name, and to a draft of an incident.</summary>
    private const double NameSeconds = 60;
    private const double NoticeSeconds = 300;

    /// <summary>Every edge has died, and what came until the end of the drill is lost for the most part.</summary>
    private const double OutageShare = 0.1;

    /// <inheritdoc/>
    public override string Name => "afd";

    /// <inheritdoc/>
    public override string Summary =>
        "configuration of two builds, valid apart and fatal together, ends an edge's process after all health checks; then a clean-up by hand";

    /// <inheritdoc/>
    public override string Precedent =>
        "Azure Front Door, 29 October 2025: configuration from two control plane builds was valid apart and fatal together; nodes crashed minutes "
        + "after they had loaded it, and it was their last known good; three weeks before, a clean-up by hand had walked around the guard";

    /// <inheritdoc/>
    public override Chronicle Chronicle =>
        new(
            "Microsoft, report on the outage of Azure Front Door, 29 October 2025",
            [
                new(
                    "15:41",
                    "what two builds of control have made of customers' changes is on the nodes; they crash, and visitors have trouble"
                ),
                new("15:48", "monitoring alerts"),
                new("16:18", "it is on the status page"),
                new("17:26", "the portal is taken around the service"),
                new("17:30", "customers' changes are blocked"),
                new("17:40", "a last known good begins to go out, after it was mended: it had the bad configuration too"),
                new("18:45", "nodes are recovered by hand, and visitors come back to them little by little"),
                new("00:05", "it is over"),
            ]
        );

    /// <inheritdoc/>
    public override IReadOnlyList<Protection> Walls => [Protection.Waves, Protection.LastKnownGood, Protection.Restarts];

    private protected override VisitorsLaw Visitors => new(3);

    internal override IReadOnlyList<string> Defects => ["list-reader"];

    internal override bool HasStatusPage => true;

    internal override bool MayCostProcesses => true;

    internal override bool IsOutage(DrillRun run, double from) =>
        run.Fleet.Edges.All(static edge => edge.Deaths > 0) && run.Timeline.LostShare(from) >= OutageShare;

    internal override async Task BringAsync(DrillRun run, CancellationToken cancellationToken)
    {
        string list;
        long bad;
        await using (var operators = await OperatorsAtWork.StartAsync(run.Fleet, cancellationToken))
        {
            list = await PublishOlderAsync(run, cancellationToken);
            bad = await PublishNewerAsync(run, list, cancellationToken);
            await WatchAsync(run, list, bad, cancellationToken);
            run.Grade(
                12,
                operators.Troubles.Count == 0 && operators.Turns > 0,
                operators.Troubles.Count == 0
                    ? $"API, signing in and status page work all the time: {operators.Turns} times each"
                    : $"{operators.Troubles.Count} of {3 * operators.Turns} questions to API, sign-in and status page fail: {operators.Troubles[0]}"
            );
        }

        if (run.RevertSeconds is not null)
        {
            await CleanUpByHandAsync(run, list, bad, cancellationToken);
        }
    }

    /// <summary>What the older build has written: a list that is empty yet, and sites whose rules name it.</summary>
    /// <returns>The list's id.</returns>
    private static async Task<string> PublishOlderAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var api = run.Fleet.Api;
        var made = await api.DoAsync(
            HttpMethod.Post,
            await ListsAsync(run, cancellationToken),
            new JsonObject { ["name"] = ListName, ["kind"] = "ip" },
            cancellationToken
        );
        var list = made.GetProperty("id").GetString()!;
        await SkipWavesAsync(run, list, 1, cancellationToken);
        await DrillRun.UntilAsync(
            async () => (await run.Fleet.GenerationsAsync(list, cancellationToken)).All(static generation => generation == 1),
            "every edge has the empty list",
            60,
            cancellationToken
        );
        foreach (var zone in run.Fleet.Zones)
        {
            await api.DoAsync(
                HttpMethod.Put,
                $"/client/v4/zones/{zone.Id}/rulesets/phases/http_request_firewall_custom/entrypoint",
                new JsonObject
                {
                    ["rules"] = new JsonArray(new JsonObject { ["action"] = "block", ["expression"] = $"ip.src in ${ListName}" }),
                },
                cancellationToken
            );
        }

        run.Say("the older build has made a list, empty yet, and every site's rules name it");
        return list;
    }

    /// <summary>What the newer build writes: networks, where the older one wrote addresses.</summary>
    /// <returns>Its generation.</returns>
    private static async Task<long> PublishNewerAsync(DrillRun run, string list, CancellationToken cancellationToken)
    {
        run.Cause("the newer build of control writes networks into the list; each of the two builds' work is valid");
        await PutNetworksAsync(run, list, cancellationToken);
        var generation = (await ReleaseAsync(run, list, "newest", cancellationToken)).GetProperty("generation").GetInt64();
        if (run.Without.Contains(Protection.Waves))
        {
            await SkipWavesAsync(run, list, generation, cancellationToken);
            run.Say("somebody has skipped the waves: every edge may have it");
        }

        return generation;
    }

    private static async Task WatchAsync(DrillRun run, string list, long bad, CancellationToken cancellationToken)
    {
        var edges = run.Fleet.Edges;
        await DrillRun.UntilAsync(() => Task.FromResult(run.Deaths.Count > 0), "an edge dies of it", FirstDeathSeconds, cancellationToken);
        var (first, died) = run.Deaths[0];
        run.DetectSeconds = died - run.CauseAt;
        run.Say($"{first} has had it in full for a while, and its process ends");

        run.AttributeSeconds = await run.SeesAsync(() => IsNamedAsync(run, list, bad, cancellationToken), NameSeconds, cancellationToken);
        run.Grade(
            20,
            run.AttributeSeconds is not null,
            run.AttributeSeconds is { } named
                ? FormattableString.Invariant(
                    $"the release is named as what the edge had when it died, {named - run.DetectSeconds!.Value:0.0} s after it, {NameSeconds:0} allowed"
                )
                : "nobody names the release"
        );
        run.StopSeconds = await run.SeesAsync(
            async () => (await ReleaseAsync(run, list, bad, cancellationToken)).GetProperty("state").GetString() == "stopped",
            StopSeconds,
            cancellationToken
        );
        run.Say(run.StopSeconds is null ? "nobody stops it" : "the release is stopped and taken back");
        if (run.StopSeconds is not null)
        {
            run.RevertSeconds = await run.SeesAsync(
                async () => (await run.Fleet.GenerationsAsync(list, cancellationToken)).All(used => used > bad),
                BackSeconds,
                cancellationToken
            );
            await GradeDraftAsync(run, bad, cancellationToken);
        }

        var dead = edges.Count(static edge => edge.Deaths > 0);
        run.Grade(6, dead == 1, $"{dead} of {edges.Count} edges died of it before it was stopped, 1 allowed");
        run.Grade(
            8,
            run.RevertSeconds is not null,
            run.RevertSeconds is { } back
                ? FormattableString.Invariant(
                    $"every edge uses what was last known good after {back:0.0} s; {first} went back at its own start, after {edges.Sum(static edge => edge.Deaths)} deaths"
                )
                : "not every edge has got back to what was last known good"
        );
    }

    /// <summary>The status page knows only what edges tell it: it has to have drafted the incident by itself, with the release.</summary>
    private static async Task GradeDraftAsync(DrillRun run, long bad, CancellationToken cancellationToken)
    {
        IncidentDraft? draft = null;
        run.DraftSeconds = await run.SeesAsync(
            async () =>
            {
                var drafts = await run.Fleet.StatusPage!.DraftsAsync(cancellationToken);
                draft = drafts.FirstOrDefault(one =>
                    one.Releases.Any(release => release.EndsWith(FormattableString.Invariant($"@{bad}"), StringComparison.Ordinal))
                );
                return draft is not null;
            },
            60,
            cancellationToken
        );
        run.Say(draft is null ? "the status page has drafted no incident" : $"the status page has drafted by itself: {draft.Name}");
        run.Grade(
            21,
            run.DraftSeconds - run.DetectSeconds <= NoticeSeconds,
            run.DraftSeconds is { } drafted
                ? FormattableString.Invariant(
                    $"the status page has drafted an incident that names the release {drafted - run.DetectSeconds!.Value:0.0} s after the first death, {NoticeSeconds:0} allowed"
                )
                : "the status page drafts no incident of it"
        );
    }

    /// <summary>Three weeks before that day it was a person who walked around the guard.</summary>
    private static async Task CleanUpByHandAsync(DrillRun run, string list, long bad, CancellationToken cancellationToken)
    {
        var again = await run.Fleet.Api.CallAsync(
            HttpMethod.Put,
            $"{await ListsAsync(run, cancellationToken)}/{list}/items",
            Networks(),
            cancellationToken
        );
        run.Grade(5, again.Status == HttpStatusCode.Conflict, $"the same content again is answered with {(int)again.Status}, 409 wanted");
        var back = await run.Fleet.Api.CallAsync(
            HttpMethod.Post,
            $"/holdfast/v1/releases/list/{list}/revert",
            new JsonObject { ["generation"] = bad, ["reason"] = "the drill afd: a clean-up by hand" },
            cancellationToken
        );
        run.Grade(
            11,
            back.Status == HttpStatusCode.Conflict,
            $"going to the bad generation by hand at control is answered with {(int)back.Status}, 409 wanted"
        );

        run.Say("control is killed, and somebody cleans up on the edges' own machines");
        await run.Fleet.Control.KillAsync();
        var before = await run.Fleet.GenerationsAsync(list, cancellationToken);
        string? said = null;
        foreach (var edge in run.Fleet.Edges)
        {
            var answer = await edge.OrderAsync(
                "node",
                "revert",
                list,
                "--generation",
                FormattableString.Invariant($"{bad}"),
                "--reason",
                "the drill afd: a clean-up by hand"
            );
            run.Say($"{edge.Name}: {answer ?? "it is done"}");
            said ??= answer;
        }

        var after = await run.Fleet.GenerationsAsync(list, cancellationToken);
        run.Grade(
            11,
            said is not null && after.SequenceEqual(before) && !after.Contains(bad),
            after.Contains(bad) ? "an edge has the bad generation again, by hand" : $"on the edges' own machines it is refused: {said}"
        );
        await run.Fleet.Control.StartAsync(cancellationToken);
    }

    private static JsonArray Networks() => [new JsonObject { ["ip"] = "198.51.100.0/24" }, new JsonObject { ["ip"] = "203.0.113.0/24" }];

    private static async Task PutNetworksAsync(DrillRun run, string list, CancellationToken cancellationToken) =>
        await run.Fleet.Api.DoAsync(
            HttpMethod.Put,
            $"{await ListsAsync(run, cancellationToken)}/{list}/items",
            Networks(),
            cancellationToken
        );

    private static async Task<string> ListsAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var accounts = await run.Fleet.Api.DoAsync(HttpMethod.Get, "/client/v4/accounts", null, cancellationToken);
        return $"/client/v4/accounts/{accounts[0].GetProperty("id").GetString()}/rules/lists";
    }

    private static Task<JsonElement> ReleaseAsync(DrillRun run, string list, long generation, CancellationToken cancellationToken) =>
        ReleaseAsync(run, list, FormattableString.Invariant($"{generation}"), cancellationToken);

    private static Task<JsonElement> ReleaseAsync(DrillRun run, string list, string generation, CancellationToken cancellationToken) =>
        run.Fleet.Api.DoAsync(HttpMethod.Get, $"/holdfast/v1/releases/list/{list}/{generation}", null, cancellationToken);

    private static async Task SkipWavesAsync(DrillRun run, string list, long generation, CancellationToken cancellationToken) =>
        await DrillRun.UntilAsync(
            async () =>
            {
                if ((await ReleaseAsync(run, list, generation, cancellationToken)).GetProperty("open_to_all").GetBoolean())
                {
                    return true;
                }

                // Answered with a conflict while no edge is known to be alive, and when there is no wait any more.
                await run.Fleet.Api.CallAsync(
                    HttpMethod.Post,
                    FormattableString.Invariant($"/holdfast/v1/releases/list/{list}/{generation}/skip"),
                    new JsonObject { ["reason"] = "the drill afd" },
                    cancellationToken
                );
                return false;
            },
            "every edge may have the list",
            60,
            cancellationToken
        );

    /// <summary>Whether an edge has told which release it had when it died.</summary>
    private static async Task<bool> IsNamedAsync(DrillRun run, string list, long bad, CancellationToken cancellationToken)
    {
        var records = await run.Fleet.Api.DoAsync(
            HttpMethod.Get,
            "/holdfast/v1/uplink_records?type=release.progress&per_page=100",
            null,
            cancellationToken
        );
        return records
            .EnumerateArray()
            .Select(static record => record.GetProperty("body"))
            .Any(body =>
                body.GetProperty("name").GetString() == list
                && body.GetProperty("generation").GetInt64() == bad
                && body.TryGetProperty("reason", out var reason)
                && reason.ValueKind == JsonValueKind.String
                && reason.GetString()!.Contains("bad end", StringComparison.Ordinal)
            );
    }
}
