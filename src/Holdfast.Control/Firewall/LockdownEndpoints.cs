using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Artifacts.Access;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Control.Zones;
using Holdfast.Model.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Firewall;

/// <summary>
/// Zone lockdowns: <c>/client/v4/zones/{zone_id}/firewall/lockdowns</c> as Cloudflare has it. They are part of the zone's configuration.
/// </summary>
internal sealed class LockdownEndpoints(ZoneStore zones, TimeProvider time)
{
    /// <summary>Cloudflare's for a lockdown that there is not.</summary>
    private const int NoSuchLockdown = 10_001;

    public void Map(IEndpointRouteBuilder routes)
    {
        LockdownOperations.List.Map(routes, ListAsync);
        LockdownOperations.Create.Map(routes, CreateAsync);
        LockdownOperations.Get.Map(routes, GetAsync);
        LockdownOperations.Update.Map(routes, UpdateAsync);
        LockdownOperations.Delete.Map(routes, DeleteAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        var description = Paging.Text(context.Request, "description") ?? Paging.Text(context.Request, "description_search");
        var ip = Paging.Text(context.Request, "ip") ?? Paging.Text(context.Request, "ip_search");
        var uri = Paging.Text(context.Request, "uri_search");
        var found = (await AllAsync(context).ConfigureAwait(false))
            .Where(one => description is null || one.Description.Contains(description, StringComparison.OrdinalIgnoreCase))
            .Where(one => ip is null || one.Addresses.Any(address => address.StartsWith(ip, StringComparison.OrdinalIgnoreCase)))
            .Where(one => uri is null || one.Urls.Any(url => url.Contains(uri, StringComparison.OrdinalIgnoreCase)))
            .ToList();
        await ApiAnswer
            .PageAsync(
                context,
                found.Skip(paging.Skip).Take(paging.PerPage).Select(one => (JsonNode)LockdownJson.Write(one)),
                paging,
                found.Count
            )
            .ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context) =>
        await AnswerAsync(context, Find(await AllAsync(context).ConfigureAwait(false), Id(context))).ConfigureAwait(false);

    private async Task CreateAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var wanted = LockdownJson.Read(body.Members, ArtifactId.New());
        body.Complete();
        var now = Now();
        var made = wanted! with { CreatedAt = now, ModifiedAt = now };
        await ChangeAsync(
                context,
                all =>
                    all.Length < AccessLimits.OlderRulesInZone
                        ? all.Add(made)
                        : throw ApiException.Invalid(
                            "",
                            $"the zone has {AccessLimits.OlderRulesInZone} lockdowns, which is the most it can have"
                        )
            )
            .ConfigureAwait(false);
        await AnswerAsync(context, made).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext context)
    {
        var known = Find(await AllAsync(context).ConfigureAwait(false), Id(context));
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);

        // What control says of it and a client sends back.
        foreach (var given in (ReadOnlySpan<string>)["id", "created_on", "modified_on"])
        {
            body.Members.TryGet(given, out _);
        }

        var wanted = LockdownJson.Read(body.Members, known.Id, known);
        body.Complete();
        ZoneLockdown after = known;
        await ChangeAsync(
                context,
                all =>
                {
                    var before = Find(all, known.Id);
                    var isSame = JsonNode.DeepEquals(
                        LockdownJson.Write(before),
                        LockdownJson.Write(wanted! with { CreatedAt = before.CreatedAt, ModifiedAt = before.ModifiedAt })
                    );
                    after = isSame ? before : wanted! with { CreatedAt = before.CreatedAt, ModifiedAt = Now() };
                    return all.Replace(before, after);
                }
            )
            .ConfigureAwait(false);
        await AnswerAsync(context, after).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var id = Id(context);
        await ChangeAsync(context, all => all.Remove(Find(all, id))).ConfigureAwait(false);
        await ApiAnswer.ResultAsync(context, new JsonObject { ["id"] = id }).ConfigureAwait(false);
    }

    private async Task<ImmutableArray<ZoneLockdown>> AllAsync(HttpContext context) =>
        (await zones.FindAsync(ZoneRequests.Id(context)).ConfigureAwait(false) ?? throw ZoneRequests.NoZone()).Config.Lockdowns;

    private async Task ChangeAsync(HttpContext context, Func<ImmutableArray<ZoneLockdown>, ImmutableArray<ZoneLockdown>> change)
    {
        _ =
            await zones
                .ChangeAsync(
                    ZoneRequests.Id(context),
                    null,
                    zone => zone with { Lockdowns = change(zone.Lockdowns) },
                    AuditScope.Of(context),
                    context.RequestAborted
                )
                .ConfigureAwait(false)
            ?? throw ZoneRequests.NoZone();
    }

    private static ZoneLockdown Find(ImmutableArray<ZoneLockdown> all, string id) =>
        all.FirstOrDefault(one => one.Id == id) ?? throw ApiException.NotFound($"could not find lockdown {id}", NoSuchLockdown);

    private static string Id(HttpContext context) => ZoneRequests.Id(context, LockdownOperations.Parameter);

    private static Task AnswerAsync(HttpContext context, ZoneLockdown lockdown) =>
        ApiAnswer.ResultAsync(context, LockdownJson.Write(lockdown));

    // Kept and shown in milliseconds.
    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
}
