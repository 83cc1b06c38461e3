using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Drills.Fleets;
using Holdfast.Drills.Grading;

namespace Holdfast.Drills.Replays;

/// <summary>A worker that was slow writes an old plan over a newer one, and a clean-up deletes by what it read long ago.</summary>
internal sealed class StalePlan : Drill
{
    /// <summary>Longest until the last of several quick changes of one zone is live for everybody: an edge lets 30 s pass between two of them, then come its slices.</summary>
    private const double LiveSeconds = 60;

    private const string Phase = "http_request_dynamic_redirect";
    private const int Plans = 5;
    private const int Workers = 8;
    private const int Turns = 5;

    /// <inheritdoc/>
    public override string Name => "dynamodb";

    /// <inheritdoc/>
    public override string Summary =>
        "a slow worker writes an old plan over a newer one, and a clean-up deletes what is live; neither may succeed";

    /// <inheritdoc/>
    public override string Precedent =>
        "AWS, 20 October 2025: a slow worker put an old DNS plan over a newer one, a clean-up then deleted that plan, and the record set was empty";

    private protected override VisitorsLaw Visitors => new(17);

    internal override async Task BringAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var zone = await run.Fleet.AddZoneAsync("plan.example.com", cancellationToken);
        var entrypoint = $"/client/v4/zones/{zone.Id}/rulesets/phases/{Phase}/entrypoint";
        await WriteAsync(run.Fleet.Api, entrypoint, 1, null, cancellationToken);
        var old =
            (await run.Fleet.Api.CallAsync(HttpMethod.Get, entrypoint, null, cancellationToken)).ETag
            ?? throw new DrillFailure($"GET {entrypoint}: no ETag");
        run.Say("the slow worker has read plan 1");
        for (var plan = 2; plan <= Plans; plan++)
        {
            await WriteAsync(run.Fleet.Api, entrypoint, plan, null, cancellationToken);
        }

        run.Say($"plan {Plans} is written; now the slow worker writes plan 1 again");
        var began = run.Timeline.Now;
        var stale = await WriteAsync(run.Fleet.Api, entrypoint, 1, old, cancellationToken);
        run.DetectSeconds = run.Timeline.Now - began;
        run.Grade(17, stale.Status == HttpStatusCode.PreconditionFailed, $"the old plan is refused: {(int)stale.Status}, 412 wanted");

        var ruleset = await run.Fleet.Api.DoAsync(HttpMethod.Get, entrypoint, null, cancellationToken);
        var cleaned = await run.Fleet.Api.CallAsync(
            HttpMethod.Delete,
            $"/client/v4/zones/{zone.Id}/rulesets/{ruleset.GetProperty("id").GetString()}",
            null,
            cancellationToken,
            ("If-Match", old)
        );
        run.Grade(
            17,
            cleaned.Status == HttpStatusCode.PreconditionFailed,
            $"the clean-up of what is live is refused: {(int)cleaned.Status}, 412 wanted"
        );

        for (var edge = 0; edge < run.Fleet.Edges.Count; edge++)
        {
            var asked = edge;
            await DrillRun.UntilAsync(
                async () => (await run.Fleet.AskAsync(asked, zone.Name, "/where", cancellationToken)).Location == LocationOf(Plans),
                $"{run.Fleet.Edges[edge].Name} goes by plan {Plans}",
                LiveSeconds,
                cancellationToken
            );
        }

        run.Grade(17, true, $"every edge goes by plan {Plans}");
        await RaceAsync(run, zone, cancellationToken);
    }

    /// <summary>Many workers count in one place, each by reading and writing back what it read plus one.</summary>
    private static async Task RaceAsync(DrillRun run, FleetZone zone, CancellationToken cancellationToken)
    {
        var made = await run.Fleet.Api.DoAsync(
            HttpMethod.Post,
            $"/client/v4/zones/{zone.Id}/dns_records",
            new JsonObject
            {
                ["type"] = "TXT",
                ["name"] = "count",
                ["content"] = "0",
            },
            cancellationToken
        );
        var record = $"/client/v4/zones/{zone.Id}/dns_records/{made.GetProperty("id").GetString()}";
        run.Say($"{Workers} workers count to {Workers * Turns} in one record");
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => CountAsync(run.Fleet.Api, record, cancellationToken)));
        var counted = ValueOf(await run.Fleet.Api.DoAsync(HttpMethod.Get, record, null, cancellationToken));
        run.Grade(17, counted == Workers * Turns, $"{Workers} writers at once lose no write: {counted} of {Workers * Turns}");
    }

    private static async Task CountAsync(ControlApi api, string record, CancellationToken cancellationToken)
    {
        for (var turn = 0; turn < Turns; )
        {
            var read = await api.CallAsync(HttpMethod.Get, record, null, cancellationToken);
            var next = (ValueOf(read.Result) + 1).ToString(CultureInfo.InvariantCulture);
            var written = await api.CallAsync(
                HttpMethod.Patch,
                record,
                new JsonObject { ["content"] = next },
                cancellationToken,
                ("If-Match", read.ETag ?? throw new DrillFailure($"GET {record}: no ETag"))
            );
            if (written.Succeeded)
            {
                turn++;
            }
            else if (written.Status != HttpStatusCode.PreconditionFailed)
            {
                throw new DrillFailure($"PATCH {record}: {(int)written.Status} {written.Text}");
            }
        }
    }

    private static int ValueOf(System.Text.Json.JsonElement record) =>
        int.Parse(record.GetProperty("content").GetString()!.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture);

    private static async Task<ApiAnswer> WriteAsync(
        ControlApi api,
        string entrypoint,
        int plan,
        string? tag,
        CancellationToken cancellationToken
    )
    {
        var rule = new JsonObject
        {
            ["action"] = "redirect",
            ["expression"] = "true",
            ["action_parameters"] = new JsonObject
            {
                ["from_value"] = new JsonObject
                {
                    ["status_code"] = 302,
                    ["target_url"] = new JsonObject { ["value"] = LocationOf(plan) },
                },
            },
        };
        var answer = await api.CallAsync(
            HttpMethod.Put,
            entrypoint,
            new JsonObject { ["rules"] = new JsonArray(rule) },
            cancellationToken,
            tag is null ? [] : [("If-Match", tag)]
        );
        return tag is not null || answer.Succeeded
            ? answer
            : throw new DrillFailure($"PUT {entrypoint}: {(int)answer.Status} {answer.Text}");
    }

    private static string LocationOf(int plan) => $"https://plan.example.com/plan-{plan}";
}
