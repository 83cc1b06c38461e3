using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Drills.Fleets;
using Holdfast.Drills.Grading;
using Holdfast.Drills.Protections;
using Holdfast.Drills.Visitors;

namespace Holdfast.Drills.Replays;

/// <summary>
/// A generator that lists every row twice, now and then: the bot feature file is over the limit in one build and good in the next, and the loader
/// of the edges dies of the 201st feature.
/// </summary>
internal sealed class DoubledFeatures : Drill
{
    private const string Kind = "bot-features";
    private const string Place = "/holdfast/v1/bot-features";
    private const string AllAtOnce = "waves";
    private const int Rows = 120;

    /// <summary>Builds through the door as it is, and then through one without its checks.</summary>
    private const int CheckedBuilds = 4;
    private const int UncheckedBuilds = 6;

    private const double SecondsBetween = 1.5;

    /// <summary>From detection to a public notice, at most; and an incident's draft is detection.</summary>
    private const double NoticeSeconds = 300;

    /// <summary>Half of the builds are bad; an outage takes more than a tenth of all that comes meanwhile, at every edge.</summary>
    private const double OutageShare = 0.1;

    /// <inheritdoc/>
    public override string Name => "nov18";

    /// <inheritdoc/>
    public override string Summary =>
        "a bot feature file of twice the rows, good and bad builds in turn, and a loader that dies of the 201st; refused at ingest, and at every edge";

    /// <inheritdoc/>
    public override string Precedent =>
        "Cloudflare, 18 November 2025: a file of its own systems was larger than its proxy allowed; the proxy crashed while loading it, "
        + "every site behind it answered 500, and dashboard and API failed too";

    /// <inheritdoc/>
    public override Chronicle Chronicle =>
        new(
            "Cloudflare, report on the outage of 18 November 2025",
            [
                new("11:05", "a change of database permissions goes out; the generator begins to list columns twice"),
                new("11:28", "the first visitors get errors; every five minutes a good or a bad file goes out"),
                new("11:32", "people look for the cause elsewhere: an attack, the key-value store"),
                new("13:05", "two products are taken around the proxy"),
                new("13:37", "the feature file is known to be the cause"),
                new("14:24", "no new files are made; a good one is tried"),
                new("14:30", "the good file is everywhere; most sites are back"),
                new("17:06", "all clear, after a second failure of the dashboard under those who signed in again"),
            ]
        );

    /// <inheritdoc/>
    public override IReadOnlyList<Protection> Walls =>
        [Protection.IngestChecks, Protection.EdgeChecks, Protection.Taster, Protection.LastKnownGood, Protection.Restarts];

    private protected override VisitorsLaw Visitors => new(1);

    internal override IReadOnlyList<string> Defects => ["feature-loader"];

    /// <summary>As on that day, a new file goes to every machine at once, so that each edge must stand by itself; waves would stop it at the first.</summary>
    internal override IReadOnlyList<string> ControlDefects => [AllAtOnce];

    internal override bool HasStatusPage => true;

    internal override bool IsOutage(DrillRun run, double from) =>
        run.Fleet.Edges.All(static edge => edge.Deaths > 0) && run.Timeline.LostShare(from) >= OutageShare;

    internal override async Task BringAsync(DrillRun run, CancellationToken cancellationToken)
    {
        await using var operators = await OperatorsAtWork.StartAsync(run.Fleet, cancellationToken);
        await PublishFirstAsync(run, cancellationToken);
        var build = 1;
        if (!run.Without.Contains(Protection.IngestChecks))
        {
            build = await MeetTheDoorAsync(run, build, cancellationToken);
            run.Say("control is replaced by one that checks nothing: the bad files go out to the edges");
            await operators.WhileTheyPauseAsync(async () =>
            {
                await run.Fleet.Control.KillAsync();
                run.Fleet.Control.FurtherArguments = ["--fault-injection", "--faulty", $"{AllAtOnce},{Protection.IngestChecks.Name}"];
                await run.Fleet.Control.StartAsync(cancellationToken);
            });
        }

        await MeetTheEdgesAsync(run, build, cancellationToken);
        run.Grade(
            12,
            operators.Troubles.Count == 0 && operators.Turns > 0,
            operators.Troubles.Count == 0
                ? $"API, signing in and status page work all the time: {operators.Turns} times each"
                : $"{operators.Troubles.Count} of {3 * operators.Turns} questions to API, sign-in and status page fail: {operators.Troubles[0]}"
        );
    }

    /// <summary>A good file, and sites whose rules read its score.</summary>
    private static async Task PublishFirstAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var first = (await run.Fleet.Api.DoAsync(HttpMethod.Put, Place, File(0, doubled: false), cancellationToken))
            .GetProperty("generation")
            .GetInt64();

        foreach (var zone in run.Fleet.Zones)
        {
            await run.Fleet.Api.DoAsync(
                HttpMethod.Put,
                $"/client/v4/zones/{zone.Id}/rulesets/phases/http_request_firewall_custom/entrypoint",
                new JsonObject
                {
                    ["rules"] = new JsonArray(new JsonObject { ["action"] = "block", ["expression"] = "cf.bot_management.score lt 10" }),
                },
                cancellationToken
            );
        }

        await DrillRun.UntilAsync(
            async () => await EachHasAsync(run, first, cancellationToken),
            "every edge has the first feature file",
            30,
            cancellationToken
        );
        run.Say($"every edge scores visitors by a file of {Rows} features, and every site blocks by the score");
    }

    /// <summary>Builds that control checks.</summary>
    /// <returns>The next build.</returns>
    private static async Task<int> MeetTheDoorAsync(DrillRun run, int build, CancellationToken cancellationToken)
    {
        run.Cause($"the generator lists rows twice: a file of {2 * Rows} features");
        var (bad, refused) = (0, 0);
        for (var last = build + CheckedBuilds; build < last; build++)
        {
            var doubled = build % 2 == 1;
            var generation = await PutAsync(run, File(build, doubled), cancellationToken);
            if (doubled)
            {
                bad++;
                refused += generation is null ? 1 : 0;
                run.DetectSeconds ??= generation is null ? run.SinceCause : null;
                run.Say($"build {build}, twice the rows: {(generation is null ? "refused at ingest" : "taken")}");
            }
            else
            {
                run.Say($"build {build}, good: {(generation is null ? "refused" : "taken")}");
            }

            await DrillRun.LetPassAsync(SecondsBetween / 2, cancellationToken);
        }

        run.Grade(1, refused == bad, $"{refused} of {bad} files of {2 * Rows} features are refused at ingest");
        return build;
    }

    /// <summary>Builds that nobody checks before they are signed.</summary>
    private static async Task MeetTheEdgesAsync(DrillRun run, int build, CancellationToken cancellationToken)
    {
        run.Cause($"a file of {2 * Rows} features is signed and goes out");
        var began = run.Timeline.Now;
        long? good = null;
        HashSet<long> bad = [];
        for (var last = build + UncheckedBuilds; build < last; build++)
        {
            var doubled = build % 2 == 1;
            var generation =
                await PutAsync(run, File(build, doubled), cancellationToken)
                ?? throw new DrillFailure($"build {build} is refused by a control that checks nothing");
            good = doubled ? good : generation;
            if (doubled)
            {
                bad.Add(generation);
            }

            run.Say($"build {build}, {(doubled ? "twice the rows" : "good")}, goes out as generation {generation}");
            if (doubled && run.AttributeSeconds is null)
            {
                var named = await run.SeesAsync(
                    async () =>
                        (await RefusalsAsync(run, cancellationToken)).Select(static refusal => refusal.Node).Distinct().Count()
                        == run.Fleet.Edges.Count,
                    SecondsBetween,
                    cancellationToken
                );
                run.AttributeSeconds = named is null ? null : run.Timeline.Now - began;
                run.Say(named is null ? "not every edge has refused it" : "every edge has refused it, and says which file and why");
            }

            await DrillRun.LetPassAsync(SecondsBetween, cancellationToken);
        }

        // An edge takes another file at most every 30 s. A share of the visitors is scored by it then, soon all.
        var back = await run.SeesAsync(() => EachHasAsync(run, good!.Value, cancellationToken), 120, cancellationToken);
        run.StopSeconds = back;
        if (run.AttributeSeconds is not null)
        {
            await GradeDraftAsync(run, began, bad, cancellationToken);
        }

        await GradeEdgesAsync(run, good!.Value, back, cancellationToken);
    }

    /// <summary>The status page knows only what edges tell it: it has to have drafted the incident by itself, with every edge and the release.</summary>
    private static async Task GradeDraftAsync(DrillRun run, double began, HashSet<long> bad, CancellationToken cancellationToken)
    {
        IncidentDraft? draft = null;
        await run.SeesAsync(
            async () =>
            {
                var drafts = await run.Fleet.StatusPage!.DraftsAsync(cancellationToken);
                draft = drafts.FirstOrDefault(one => one.About == $"release/{Kind}");
                return draft is not null && draft.Where.Count == run.Fleet.Edges.Count;
            },
            60,
            cancellationToken
        );
        var after = run.Timeline.Now - began;
        var names =
            draft?.Releases.Any(release =>
                bad.Any(one => release.EndsWith(FormattableString.Invariant($"@{one}"), StringComparison.Ordinal))
            ) == true;
        run.DraftSeconds = draft is null ? null : after;
        run.Say(
            draft is null
                ? "the status page has drafted no incident"
                : FormattableString.Invariant($"the status page has drafted by itself, by {after:0.0} s: {draft.Name}")
        );
        run.Grade(
            21,
            names && draft!.Where.Count == run.Fleet.Edges.Count && after <= NoticeSeconds,
            draft is null
                ? "the status page drafts no incident of it"
                : FormattableString.Invariant(
                    $"the status page has drafted an incident by {after:0.0} s, {NoticeSeconds:0} allowed: {draft.Where.Count} of {run.Fleet.Edges.Count} edges, release {(names ? "named" : "not named")}"
                )
        );
    }

    private static async Task GradeEdgesAsync(DrillRun run, long good, double? back, CancellationToken cancellationToken)
    {
        var edges = run.Fleet.Edges;
        var refusals = await RefusalsAsync(run, cancellationToken);
        var refusing = refusals.Select(static refusal => refusal.Node).Distinct().Count();
        run.Grade(
            1,
            refusing == edges.Count,
            $"{refusing} of {edges.Count} edges refuse what control let through{(refusals.Count > 0 ? $": {refusals[0].Reason}" : "")}"
        );
        run.Grade(
            1,
            back is not null,
            back is null ? "not every edge has the last good file" : $"every edge has the last good file, generation {good}"
        );
        var most = refusals.GroupBy(static refusal => refusal.Node).Select(static group => group.Count()).DefaultIfEmpty().Max();
        run.Grade(5, most == 1, $"the bad content came {UncheckedBuilds / 2} times, and an edge tried it {most} times at most, 1 allowed");
        var deaths = edges.Sum(static edge => edge.Deaths);
        run.Grade(2, deaths == 0, $"{deaths} edge processes died of it, 0 allowed");
        if (run.AttributeSeconds is { } named)
        {
            run.Grade(
                20,
                named <= 60,
                FormattableString.Invariant($"file and reason are named by every edge after {named:0.0} s, 60 allowed")
            );
        }
    }

    /// <summary>A build of the file: the good ones differ, the bad ones are the same.</summary>
    private static JsonObject File(int build, bool doubled)
    {
        var features = new JsonArray();
        for (var copy = 0; copy < (doubled ? 2 : 1); copy++)
        {
            for (var row = 1; row <= Rows; row++)
            {
                features.Add(
                    new JsonObject
                    {
                        ["name"] = string.Create(CultureInfo.InvariantCulture, $"drill_{row}"),
                        ["expression"] = string.Create(CultureInfo.InvariantCulture, $"http.user_agent contains \"drill-robot-{row}\""),
                        ["weight"] = doubled || row > 1 ? -30 : -30 - build,
                    }
                );
            }
        }

        return new JsonObject
        {
            ["features"] = features,
            ["least_evidence"] = 20,
            ["rows"] = features.Count,
            ["any_row_change"] = true,
        };
    }

    /// <returns>The generation; null when control has refused the file as it should.</returns>
    private static async Task<long?> PutAsync(DrillRun run, JsonObject file, CancellationToken cancellationToken)
    {
        var answer = await run.Fleet.Api.CallAsync(HttpMethod.Put, Place, file, cancellationToken);
        return answer.Succeeded ? answer.Result.GetProperty("generation").GetInt64()
            : answer.Status == HttpStatusCode.BadRequest ? null
            : throw new DrillFailure($"PUT {Place}: {(int)answer.Status} {answer.Text}");
    }

    private static async Task<bool> EachHasAsync(DrillRun run, long generation, CancellationToken cancellationToken)
    {
        for (var edge = 0; edge < run.Fleet.Edges.Count; edge++)
        {
            if (
                await run.Fleet.StateAsync(edge, "/holdfast/state", cancellationToken) is not { } state
                || !(Has(state, "releases", "generation", generation) || Has(state, "rollouts", "candidate", generation))
            )
            {
                return false;
            }
        }

        return true;
    }

    private static bool Has(JsonElement state, string list, string member, long generation) =>
        state
            .GetProperty(list)
            .EnumerateArray()
            .Any(one =>
                one.GetProperty("name").GetString() == Kind
                && one.GetProperty(member) is { ValueKind: JsonValueKind.Number } number
                && number.GetInt64() == generation
            );

    private static async Task<List<(string Node, string Reason)>> RefusalsAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var records = await run.Fleet.Api.DoAsync(
            HttpMethod.Get,
            "/holdfast/v1/uplink_records?type=release.refused&per_page=50",
            null,
            cancellationToken
        );
        return
        [
            .. records
                .EnumerateArray()
                .Where(static record => record.GetProperty("body").GetProperty("name").GetString() == Kind)
                .Select(static record =>
                    (record.GetProperty("node").GetString()!, record.GetProperty("body").GetProperty("reason").GetString()!)
                ),
        ];
    }
}
