using System.Text.Json.Nodes;
using Holdfast.Control.Envelope;
using Holdfast.Control.Operations;
using Holdfast.Control.Rulesets;
using Holdfast.Control.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.SecurityEvents;

/// <summary>
/// How often each rule has matched: of a zone, <c>/holdfast/v1/zones/{zone_id}/rules/counters</c>, and of the account for all zones together,
/// <c>/holdfast/v1/accounts/{account_id}/rules/counters</c>.
/// </summary>
/// <param name="events">The counts.</param>
/// <param name="rulesets">Whose rules.</param>
/// <param name="operation">What is called.</param>
/// <param name="scopeOf">What edges count these rules under.</param>
internal sealed class RuleCounterEndpoint(
    SecurityEventStore events,
    RulesetScope rulesets,
    ApiOperation operation,
    Func<HttpContext, string> scopeOf
)
{
    /// <summary>What edges count the account's rules under, where a zone's are counted under its id.</summary>
    public const string AccountScope = "00000000000000000000000000000000";

    public void Map(IEndpointRouteBuilder routes) => operation.Map(routes, ListAsync);

    private async Task ListAsync(HttpContext context)
    {
        var all = await rulesets.AllAsync(context).ConfigureAwait(false);
        var counts = await events.CountsAsync(scopeOf(context), context.RequestAborted).ConfigureAwait(false);
        var shown =
            from ruleset in all
            where rulesets.MayRead(context, ruleset.Phase)
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
