using System.Diagnostics;
using System.Text.Json.Nodes;
using Holdfast.Drills.Grading;

namespace Holdfast.Drills.Replays;

/// <summary>A rule whose regular expression backtracks without end elsewhere, and requests made for it.</summary>
internal sealed class CatastrophicRegex : Drill
{
    private const int Attacks = 200;

    /// <summary>The longest query that still fits a request line with room to spare.</summary>
    private const int QueryLength = 6_000;

    /// <inheritdoc/>
    public override string Name => "regex";

    /// <inheritdoc/>
    public override string Summary => "a rule with a regular expression that backtracks without end elsewhere, and requests made for it";

    /// <inheritdoc/>
    public override string Precedent =>
        "Cloudflare, 2 July 2019: one rule's regular expression backtracked without end; every CPU at 100% everywhere, at once";

    /// <inheritdoc/>
    public override bool IsGentle => false;

    private protected override VisitorsLaw Visitors => new(3);

    internal override async Task BringAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var zone = run.Fleet.Zones[0];

        // The kind of pattern of that day: two greedy wildcards around a character that keeps coming, and an end that never comes.
        const string Expression = """http.request.uri.query matches r"(?:(?:.*)=(?:.*=.*)*)+;$" """;
        run.Say($"{zone.Name} gets the rule");
        await run.Fleet.Api.DoAsync(
            HttpMethod.Put,
            $"/client/v4/zones/{zone.Id}/rulesets/phases/http_request_firewall_custom/entrypoint",
            new JsonObject
            {
                ["rules"] = new JsonArray(
                    new JsonObject { ["action"] = "block", ["expression"] = Expression.Trim() },
                    new JsonObject { ["action"] = "block", ["expression"] = "http.request.uri.path eq \"/holdfast-drill-live\"" }
                ),
            },
            cancellationToken
        );
        for (var edge = 0; edge < run.Fleet.Edges.Count; edge++)
        {
            var asked = edge;
            await DrillRun.UntilAsync(
                async () => (await run.Fleet.AskAsync(asked, zone.Name, "/holdfast-drill-live", cancellationToken)).Status == 403,
                $"{run.Fleet.Edges[edge].Name} has the rule",
                30,
                cancellationToken
            );
        }

        run.Say($"{Attacks} requests made for it");
        var path = "/once?" + new string('=', QueryLength) + "x";
        var (slowest, wrong) = (0.0, 0);
        for (var attack = 0; attack < Attacks; attack++)
        {
            var began = Stopwatch.GetTimestamp();
            var visit = await run.Fleet.AskAsync(attack % run.Fleet.Edges.Count, zone.Name, path, cancellationToken);
            slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(began).TotalSeconds);
            wrong += visit.Right ? 0 : 1;
        }

        run.Grade(3, wrong == 0, $"{wrong} of {Attacks} requests made for the rule get a wrong answer, 0 allowed");
        run.Grade(3, slowest <= 1, FormattableString.Invariant($"the slowest of them takes {slowest * 1000:0} ms, 1,000 allowed"));
    }
}
