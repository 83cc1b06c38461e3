using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Artifacts.Access;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Model.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Firewall;

/// <summary>
/// Zone lockdowns: <c>/client/v4/zones/{zone_id}/firewall/lockdowns</c> as Cloudflare has it. They are part of the zone's configuration.
/// </summary>
internal sealed class LockdownEndpoints(ZoneStore zones, TimeProvider time)
{
    private readonly OwnedRules<ZoneLockdown> _lockdowns = new(
        new ZoneRuleHome<ZoneLockdown>(zones) { Of = zone => zone.Lockdowns, With = (zone, lockdowns) => zone with { Lockdowns = lockdowns } }
    )
    {
        Noun = "lockdown",
        Parameter = LockdownOperations.All.Parameter,
        Most = AccessLimits.OlderRulesInZone,
        IdOf = lockdown => lockdown.Id,
        Show = (lockdown, _) => LockdownJson.Write(lockdown),
    };

    public void Map(IEndpointRouteBuilder routes) => LockdownOperations.All.Map(routes, _lockdowns, ListAsync, CreateAsync, UpdateAsync);

    private Task ListAsync(HttpContext context)
    {
        var description = Paging.Text(context.Request, "description") ?? Paging.Text(context.Request, "description_search");
        var ip = Paging.Text(context.Request, "ip") ?? Paging.Text(context.Request, "ip_search");
        var uri = Paging.Text(context.Request, "uri_search");
        return _lockdowns.PageAsync(
            context,
            one =>
                (description is null || one.Description.Contains(description, StringComparison.OrdinalIgnoreCase))
                && (ip is null || one.Addresses.Any(address => address.StartsWith(ip, StringComparison.OrdinalIgnoreCase)))
                && (uri is null || one.Urls.Any(url => url.Contains(uri, StringComparison.OrdinalIgnoreCase)))
        );
    }

    private async Task CreateAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var wanted = LockdownJson.Read(body.Members, ArtifactId.New());
        body.Complete();
        var now = RuleTime.Now(time);
        await _lockdowns.AddAsync(context, wanted! with { CreatedAt = now, ModifiedAt = now }).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);

        // What control says of it and a client sends back.
        foreach (var given in (ReadOnlySpan<string>)["id", "created_on", "modified_on"])
        {
            body.Members.TryGet(given, out _);
        }

        await _lockdowns
            .ReplaceAsync(
                context,
                before =>
                {
                    var read = LockdownJson.Read(body.Members, before.Id, before);
                    body.Complete();
                    var after = read! with { CreatedAt = before.CreatedAt, ModifiedAt = before.ModifiedAt };
                    return JsonNode.DeepEquals(LockdownJson.Write(before), LockdownJson.Write(after))
                        ? before
                        : after with
                        {
                            ModifiedAt = RuleTime.Now(time),
                        };
                }
            )
            .ConfigureAwait(false);
    }
}
