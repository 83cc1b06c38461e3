using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Drills.Grading;

namespace Holdfast.Drills.Replays;

/// <summary>A clean-up task passes nothing where it should name what goes.</summary>
internal sealed class EmptySelector : Drill
{
    /// <inheritdoc/>
    public override string Name => "byoip";

    /// <inheritdoc/>
    public override string Summary => "a clean-up passes an empty selector to everything that deletes or purges; nothing may go";

    /// <inheritdoc/>
    public override string Precedent =>
        "Cloudflare, 20 February 2026: a clean-up task passed an empty parameter, read as \"all\"; 1,100 prefixes were withdrawn";

    private protected override VisitorsLaw Visitors => new(17);

    internal override async Task BringAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var (fleet, zone) = (run.Fleet, run.Fleet.Zones[0]);
        var path = $"/client/v4/zones/{zone.Id}";
        await fleet.Api.DoAsync(
            HttpMethod.Post,
            $"{path}/dns_records",
            new JsonObject
            {
                ["type"] = "TXT",
                ["name"] = "kept",
                ["content"] = "here to stay",
            },
            cancellationToken
        );
        const string Kept = "/cached/byoip.css";
        await run.KeepsAsync(0, zone.Name, Kept, cancellationToken);
        var before = await CountAsync(run, path, cancellationToken);

        (HttpMethod Method, string Path, JsonNode? Body)[] calls =
        [
            (HttpMethod.Delete, "/client/v4/zones", null),
            (HttpMethod.Delete, "/client/v4/zones/", null),
            (HttpMethod.Delete, "/client/v4/zones?name=", null),
            (HttpMethod.Delete, $"{path}/dns_records", null),
            (HttpMethod.Delete, $"{path}/dns_records/", null),
            (HttpMethod.Delete, $"{path}/dns_records?type=", null),
            (HttpMethod.Post, $"{path}/dns_records/batch", new JsonObject { ["deletes"] = new JsonArray(new JsonObject { ["id"] = "" }) }),
            (HttpMethod.Post, $"{path}/dns_records/batch", new JsonObject { ["deletes"] = new JsonArray(new JsonObject()) }),
            (HttpMethod.Post, $"{path}/purge_cache", null),
            (HttpMethod.Post, $"{path}/purge_cache", new JsonObject()),
            (HttpMethod.Post, $"{path}/purge_cache", new JsonObject { ["files"] = new JsonArray() }),
            (HttpMethod.Post, $"{path}/purge_cache", new JsonObject { ["tags"] = new JsonArray("") }),
            (HttpMethod.Post, $"{path}/purge_cache", new JsonObject { ["prefixes"] = new JsonArray("") }),
            (HttpMethod.Post, $"{path}/purge_cache", new JsonObject { ["hosts"] = new JsonArray("") }),
            (HttpMethod.Delete, $"{path}/rulesets", null),
            (HttpMethod.Delete, $"{path}/custom_certificates", null),
            (HttpMethod.Delete, "/client/v4/user/tokens", null),
            (HttpMethod.Delete, "/holdfast/v1/operators", null),
            (HttpMethod.Delete, "/holdfast/v1/nodes", null),
        ];
        var taken = new List<string>();
        foreach (var (method, at, body) in calls)
        {
            var answer = await fleet.Api.CallAsync(method, at, body, cancellationToken);
            if (answer.Succeeded)
            {
                taken.Add($"{method} {at} {body?.ToJsonString()}");
            }
            else if ((int)answer.Status >= 500)
            {
                taken.Add($"{method} {at} {body?.ToJsonString()} was answered with {(int)answer.Status}");
            }
        }

        run.Say($"{calls.Length - taken.Count} of {calls.Length} calls without a selector refused");
        run.Grade(
            17,
            taken.Count == 0,
            $"{calls.Length - taken.Count} of {calls.Length} refused{string.Concat(taken.Select(static call => $"; not {call}"))}"
        );
        var after = await CountAsync(run, path, cancellationToken);
        run.Grade(17, after == before, $"zones, records, tokens, nodes before {before}, after {after}");
        var kept = await fleet.AskAsync(0, zone.Name, Kept, cancellationToken);
        run.Grade(17, kept.CacheStatus == "HIT", $"what was cached is cached still: {kept.CacheStatus}");
    }

    private static async Task<(int Zones, int Records, int Tokens, int Nodes)> CountAsync(
        DrillRun run,
        string zone,
        CancellationToken cancellationToken
    )
    {
        return (
            await LengthAsync("/client/v4/zones?per_page=100"),
            await LengthAsync($"{zone}/dns_records?per_page=100"),
            await LengthAsync("/client/v4/user/tokens?per_page=100"),
            await LengthAsync("/holdfast/v1/nodes")
        );

        async Task<int> LengthAsync(string path)
        {
            var result = await run.Fleet.Api.DoAsync(HttpMethod.Get, path, null, cancellationToken);
            return result.ValueKind == JsonValueKind.Array ? result.GetArrayLength() : throw new DrillFailure($"GET {path}: no list");
        }
    }
}
