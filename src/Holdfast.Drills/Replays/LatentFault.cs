using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Drills.Grading;
using Holdfast.Drills.Protections;

namespace Holdfast.Drills.Replays;

/// <summary>A defect that has been in every edge for weeks, and one customer's valid change that sets it off.</summary>
internal sealed class LatentFault : Drill
{
    /// <summary>How long the defect is met before the customer takes the change back.</summary>
    private const double Seconds = 8;

    /// <summary>Of that day's network 85% answered 503; the half of it is an outage.</summary>
    private const double OutageShare = 0.5;

    /// <inheritdoc/>
    public override string Name => "fastly";

    /// <inheritdoc/>
    public override string Summary =>
        "one customer's valid rule sets off a defect that works for ever; that site goes on, and no other site notices";

    /// <inheritdoc/>
    public override string Precedent =>
        "Fastly, 8 June 2021: one customer's valid change set off a latent bug; 85% of the network answered 503";

    /// <inheritdoc/>
    public override Chronicle Chronicle =>
        new(
            "Fastly, Summary of June 8 outage, 8 June 2021",
            [
                new("09:47", "a customer's change goes out; the network begins to fail"),
                new("09:48", "monitoring sees it"),
                new("09:58", "it is on the status page"),
                new("10:27", "the customer's configuration is found to be the cause"),
                new("10:36", "the first services are back"),
                new("11:00", "most services are back"),
                new("12:35", "it is over"),
                new("17:25", "the mended program begins to go out"),
            ]
        );

    /// <inheritdoc/>
    public override IReadOnlyList<Protection> Walls => [Protection.Guard];

    private protected override VisitorsLaw Visitors => new(3);

    internal override bool IsOutage(DrillRun run, double from) => run.Timeline.LostShare(from) >= OutageShare;

    internal override async Task BringAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var fleet = run.Fleet;
        var customer = fleet.Zones[0];
        var edges = Enumerable.Range(0, fleet.Edges.Count).ToList();

        // No zone has a rule of that phase yet, so nobody meets it.
        await Task.WhenAll(
            edges.Select(edge => fleet.TripAsync(edge, $"firewall_custom?action=spin&count=1000000&zone={customer.Id}", cancellationToken))
        );
        run.Say("every edge has a defect that no site sets off");
        await DrillRun.LetPassAsync(1, cancellationToken);
        var losses = run.Timeline.LostCount;
        run.Grade(3, losses == 0, $"{losses} requests lost while nobody sets it off, 0 allowed");

        run.Cause($"{customer.Name} gets a valid rule");
        var entrypoint = $"/client/v4/zones/{customer.Id}/rulesets/phases/http_request_firewall_custom/entrypoint";
        await fleet.Api.DoAsync(
            HttpMethod.Put,
            entrypoint,
            new JsonObject
            {
                ["rules"] = new JsonArray(
                    new JsonObject { ["action"] = "block", ["expression"] = "http.request.uri.path eq \"/holdfast-drill-live\"" }
                ),
            },
            cancellationToken
        );
        run.DetectSeconds = await run.SeesAsync(
            async () => await EachAsync(edges, edge => FaultsOfAsync(run, edge, customer.Id, cancellationToken)) is not null,
            Seconds,
            cancellationToken
        );
        run.AttributeSeconds = run.DetectSeconds;
        if (run.DetectSeconds is { } seen)
        {
            run.Say("every edge says which module fails in which zone");
            run.Grade(
                20,
                seen <= 60,
                FormattableString.Invariant($"module and zone are named by every edge after {seen:0.0} s, 60 allowed")
            );
        }

        run.StopSeconds = await run.SeesAsync(
            async () =>
                await EachAsync(edges, edge => FaultsOfAsync(run, edge, customer.Id, cancellationToken)) is { } modules
                && modules.All(static module => module.GetProperty("breaker").GetString() is "open" or "probing"),
            Seconds,
            cancellationToken
        );
        run.Grade(
            3,
            run.StopSeconds is not null,
            run.StopSeconds is { } stopped
                ? FormattableString.Invariant($"every edge stops running the module for that zone after {stopped:0.0} s")
                : "the module is run for that zone on and on"
        );
        await DrillRun.LetPassAsync(Math.Max(0, Seconds - run.SinceCause), cancellationToken);

        run.Say($"{customer.Name} takes the rule back");
        await fleet.Api.DoAsync(HttpMethod.Put, entrypoint, new JsonObject { ["rules"] = new JsonArray() }, cancellationToken);
        await DrillRun.LetPassAsync(2, cancellationToken);
        run.RevertSeconds = run.SinceCause;
        var others = run.Timeline.Losses.Count(loss => loss.Zone != customer.Name);
        run.Grade(3, others == 0, $"{others} requests of other sites lost, 0 allowed");
    }

    /// <summary>What each edge answers; null when one of them has no answer.</summary>
    private static async Task<IReadOnlyList<JsonElement>?> EachAsync(IEnumerable<int> edges, Func<int, Task<JsonElement?>> ask)
    {
        var answers = await Task.WhenAll(edges.Select(ask));
        return answers.All(static answer => answer is not null) ? [.. answers.Select(static answer => answer!.Value)] : null;
    }

    /// <summary>What an edge says of the module that fails in a zone, or null.</summary>
    private static async Task<JsonElement?> FaultsOfAsync(DrillRun run, int edge, string zone, CancellationToken cancellationToken)
    {
        if (await run.Fleet.StateAsync(edge, "/holdfast/state", cancellationToken) is not { } state)
        {
            return null;
        }

        foreach (var module in state.GetProperty("guard").GetProperty("modules").EnumerateArray())
        {
            if (module.GetProperty("zone").GetString() == zone && module.GetProperty("faults").GetInt64() > 0)
            {
                return module;
            }
        }

        return null;
    }
}
