using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Control.Access;
using Holdfast.Control.Envelope;
using Holdfast.Control.Rulesets;
using Holdfast.Control.Storage;
using Holdfast.Control.Zones;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.SecurityEvents;

/// <summary>Security events: of a zone, <c>/client/v4/zones/{zone_id}/security/events</c>, and of all, <c>/holdfast/v1/security_events</c>.</summary>
internal sealed class SecurityEventEndpoints(SecurityEventStore events, ZoneStore zones)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        SecurityEventOperations.List.Map(routes, ListAsync);
        SecurityEventOperations.ListAll.Map(routes, ListAllAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var zone = ZoneRequests.Id(context);
        if (await zones.FindAsync(zone).ConfigureAwait(false) is null)
        {
            throw ZoneRequests.NoZone();
        }

        var query = SecurityEventQuery.Of(context.Request, new ZoneSelection(false, new HashSet<string> { zone }));

        // Who may see custom rules may see what is new; of the others each phase has its own permission.
        var phases = RulesetPhase.Names.ToLookup(phase => RulesetPermissions.MayRead(context, phase));
        var seesFirewall = Caller.Of(context).May(PermissionGroups.ZoneWafRead, zone);
        await AnswerAsync(
                context,
                query with
                {
                    Phases = seesFirewall ? null : [.. phases[true]],
                    ExceptPhases = seesFirewall ? [.. phases[false]] : [],
                }
            )
            .ConfigureAwait(false);
    }

    private async Task ListAllAsync(HttpContext context)
    {
        var query = SecurityEventQuery.Of(context.Request, Caller.Of(context).ZonesWith(PermissionGroups.ZoneWafRead));
        await AnswerAsync(context, query, await events.LostAsync(context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task AnswerAsync(HttpContext context, SecurityEventQuery query, long? lost = null)
    {
        var found = await events.ListAsync(query, context.RequestAborted).ConfigureAwait(false);
        var shown = found.Take(query.Limit).ToList();

        // Who follows goes on behind what there is, whether it was everything or not.
        var after =
            found.Count > query.Limit || query.OldestFirst
                ? (shown.Count > 0 ? shown[^1].Id : query.Cursor)?.ToString(CultureInfo.InvariantCulture)
                : null;
        await ApiAnswer.PartAsync(context, shown.Select(Show), after, lost).ConfigureAwait(false);
    }

    private static JsonNode Show(StoredSecurityEvent stored)
    {
        var node = JsonNode.Parse(stored.Body)!.AsObject();
        node["id"] = stored.Id.ToString(CultureInfo.InvariantCulture);
        node["node"] = stored.Node;
        node["uri"] = Text(node, "path") + Text(node, "query");
        return node;
    }

    private static string Text(JsonObject node, string member) =>
        node[member] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
