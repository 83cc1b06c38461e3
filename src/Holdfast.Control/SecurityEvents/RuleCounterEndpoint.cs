using System.Text.Json.Nodes;
using Holdfast.Control.Envelope;
using Holdfast.Control.Rulesets;
using Holdfast.Control.Storage;
using Holdfast.Control.Zones;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.SecurityEvents;

/// <summary>How often each rule of a zone has matched: <c>/holdfast/v1/zones/{zone_id}/rules/counters</c>.</summary>
internal sealed class RuleCounterEndpoint(SecurityEventStore events, RulesetStore rulesets)
{
    public void Map(IEndpointRouteBuilder routes) => SecurityEventOperations.Counters.Map(routes, ListAsync);

    private async Task ListAsync(HttpContext context)
    {
        var all = await RulesetRequests.AllAsync(context, rulesets).ConfigureAwait(false);
        var counts = await events.CountsAsync(ZoneRequests.Id(context), context.RequestAborted).ConfigureAwait(false);
        var shown =
            from ruleset in all
            where RulesetPermissions.MayRead(context, ruleset.Phase)
            from rule in ruleset.Rules
            let count = counts.TryGetValue(rule.Id, out var known) ? known : default
            select (JsonNode)
                new JsonObject
                {
                    ["rule_id"] = rule.Id,
                    ["ruleset_id"] = ruleset.Id,
                    ["phase"] = ruleset.Phase,
                    ["ref"] = rule.Ref,
                    ["action"] = rule.Action.Name,
                    ["description"] = rule.Description,
                    ["enabled"] = rule.Enabled,
                    ["matches"] = count.Acted,
                    ["last_matched_on"] = count.Acted > 0 ? ApiAnswer.Time(count.Last) : null,
                };
        await ApiAnswer.ResultAsync(context, new JsonArray([.. shown])).ConfigureAwait(false);
    }
}
