using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Artifacts.Json;
using Holdfast.Artifacts.Zones;
using Holdfast.Control.Access;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Model.Zones;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Zones;

/// <summary>Zones: <c>/client/v4/zones</c> as Cloudflare has it, and origins under <c>/holdfast/v1/zones</c>.</summary>
internal sealed class ZoneEndpoints
{
    private readonly ZoneStore _zones;
    private readonly AccountStore _accounts;
    private readonly TimeProvider _time;

    public ZoneEndpoints(ZoneStore zones, AccountStore accounts, TimeProvider time)
    {
        _zones = zones;
        _accounts = accounts;
        _time = time;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        ZoneOperations.List.Map(routes, ListAsync);
        ZoneOperations.Create.Map(routes, CreateAsync);
        ZoneOperations.Get.Map(routes, GetAsync);
        ZoneOperations.Edit.Map(routes, EditAsync);
        ZoneOperations.CheckActivation.Map(routes, CheckActivationAsync);
        ZoneOperations.Delete.Map(routes, DeleteAsync);
        ZoneOperations.PutByName.Map(routes, PutByNameAsync);
        ZoneOperations.GetOrigin.Map(routes, GetOriginAsync);
        ZoneOperations.PutOrigin.Map(routes, PutOriginAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        var filter = ZoneListQuery.Filter(context.Request, _accounts.Account);
        var descending = ZoneListQuery.Descending(context.Request);
        var visible = Caller.Of(context).ZonesWith(PermissionGroups.ZoneRead);
        var (zones, total) = await _zones.ListAsync(visible, filter, descending, paging.Skip, paging.PerPage).ConfigureAwait(false);
        await ApiAnswer.PageAsync(context, zones.Select(zone => Show(context, zone)), paging, total).ConfigureAwait(false);
    }

    private async Task CreateAsync(HttpContext context)
    {
        RequireAllZones(context);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var text = body.Members.RequireText("name", "a zone's name");
        ZoneRequests.Origin(body, required: false, out var origin);
        var type = ReadType(body) ?? ZoneType.Full;
        IgnoreCloudflares(body);
        body.Complete();
        var zone = new ZoneConfig
        {
            Id = ArtifactId.New(),
            Name = ZoneRequests.Name(text, "/name"),
            Type = type,
            Origin = origin,
        };
        try
        {
            await AnswerAsync(context, await _zones.CreateAsync(zone, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false))
                .ConfigureAwait(false);
        }
        catch (StorageConflictException)
        {
            throw new ApiException(409, new ApiError(ErrorCodes.ZoneExists, $"The zone {zone.Name} already exists", "/name"));
        }
    }

    private async Task GetAsync(HttpContext context)
    {
        var zone = await _zones.FindAsync(ZoneRequests.Id(context)).ConfigureAwait(false) ?? throw ZoneRequests.NoZone();
        await AnswerAsync(context, zone).ConfigureAwait(false);
    }

    private async Task EditAsync(HttpContext context)
    {
        var id = ZoneRequests.Id(context);
        var generation = Preconditions.IfMatch(context.Request);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var type = ReadType(body);
        var paused = ReadFlag(body, "paused");
        RefuseNameServers(body);
        if (body.Members.TryGet("plan", out var plan) && plan.ValueKind != JsonValueKind.Object)
        {
            body.Members.Report("plan", StrictJson.Describe(plan), "an object with a plan's id; there is one plan, so it changes nothing");
        }

        body.Complete();
        var zone =
            await _zones
                .ChangeAsync(
                    id,
                    generation,
                    zone => zone with { Type = type ?? zone.Type, Paused = paused ?? zone.Paused },
                    AuditScope.Of(context),
                    context.RequestAborted
                )
                .ConfigureAwait(false)
            ?? throw ZoneRequests.NoZone();
        await AnswerAsync(context, zone).ConfigureAwait(false);
    }

    /// <summary>A zone is active from the moment it is made: nobody else has to do anything first, so there is nothing to wait for.</summary>
    private async Task CheckActivationAsync(HttpContext context)
    {
        var zone = await _zones.FindAsync(ZoneRequests.Id(context)).ConfigureAwait(false) ?? throw ZoneRequests.NoZone();
        await ApiAnswer.ResultAsync(context, new JsonObject { ["id"] = zone.Config.Id }).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var id = ZoneRequests.Id(context);
        if (
            !await _zones
                .RemoveAsync(id, Preconditions.IfMatch(context.Request), AuditScope.Of(context), context.RequestAborted)
                .ConfigureAwait(false)
        )
        {
            throw ZoneRequests.NoZone();
        }

        await ApiAnswer.ResultAsync(context, new JsonObject { ["id"] = id }).ConfigureAwait(false);
    }

    private async Task PutByNameAsync(HttpContext context)
    {
        var name = ZoneRequests.Name(context.Request.RouteValues["name"] as string, "");
        var generation = Preconditions.IfMatch(context.Request);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        ZoneRequests.Origin(body, required: true, out var origin);
        body.Complete();
        var caller = Caller.Of(context);
        var (zone, created) = await _zones
            .PutAsync(
                name,
                generation,
                before =>
                    !(before is null ? caller.MayEverywhere(PermissionGroups.ZoneWrite) : caller.May(PermissionGroups.ZoneWrite, before.Id))
                        ? throw PermissionCheck.Refused(PermissionGroups.ZoneWrite)
                    : before is not null ? before with { Origin = origin }
                    : new ZoneConfig
                    {
                        Id = ArtifactId.New(),
                        Name = name,
                        Origin = origin,

                        // The zone for every host is what `up --origin` makes: a plain cache in front of one site, as the standard has it.
                        Settings =
                            name == ZoneName.CatchAll ? new ZoneSettings { CacheProfile = CacheProfile.Standard } : new ZoneSettings(),
                    },
                AuditScope.Of(context),
                context.RequestAborted
            )
            .ConfigureAwait(false);
        await AnswerAsync(context, zone, created ? 201 : 200).ConfigureAwait(false);
    }

    /// <summary>A zone that does not exist yet is named by no policy: who makes one must be allowed to write all.</summary>
    private static void RequireAllZones(HttpContext context)
    {
        if (!Caller.Of(context).MayEverywhere(PermissionGroups.ZoneWrite))
        {
            throw PermissionCheck.Refused(PermissionGroups.ZoneWrite);
        }
    }

    private async Task GetOriginAsync(HttpContext context)
    {
        var zone = await _zones.FindAsync(ZoneRequests.Id(context)).ConfigureAwait(false) ?? throw ZoneRequests.NoZone();
        await AnswerOriginAsync(context, zone).ConfigureAwait(false);
    }

    private async Task PutOriginAsync(HttpContext context)
    {
        var id = ZoneRequests.Id(context);
        var generation = Preconditions.IfMatch(context.Request);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        ZoneRequests.Origin(body, required: true, out var origin);
        body.Complete();
        var zone =
            await _zones
                .ChangeAsync(id, generation, zone => zone with { Origin = origin }, AuditScope.Of(context), context.RequestAborted)
                .ConfigureAwait(false)
            ?? throw ZoneRequests.NoZone();
        await AnswerOriginAsync(context, zone).ConfigureAwait(false);
    }

    /// <summary>Members that Cloudflare's clients send and that mean nothing here; their types are checked all the same.</summary>
    private static void IgnoreCloudflares(RequestBody body)
    {
        if (body.Members.TryGet("account", out var account) && account.ValueKind != JsonValueKind.Object)
        {
            body.Members.Report("account", "no object", "an object with the account's id");
        }

        ReadFlag(body, "jump_start");
    }

    private static ZoneType? ReadType(RequestBody body)
    {
        if (body.Members.OptionalText("type", ZoneTypeNames.Allowed) is not { } text)
        {
            return null;
        }

        if (ZoneTypeNames.TryParse(text, out var type))
        {
            return type;
        }

        body.Members.Report("type", "something else", ZoneTypeNames.Allowed);
        return null;
    }

    private static bool? ReadFlag(RequestBody body, string name)
    {
        if (!body.Members.TryGet(name, out var value))
        {
            return null;
        }

        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            body.Members.Report(name, StrictJson.Describe(value), "true or false");
        }

        return value.ValueKind == JsonValueKind.True;
    }

    private static void RefuseNameServers(RequestBody body)
    {
        if (
            body.Members.TryGet("vanity_name_servers", out var servers)
            && (servers.ValueKind != JsonValueKind.Array || servers.GetArrayLength() > 0)
        )
        {
            body.Members.Report("vanity_name_servers", StrictJson.Describe(servers), "an empty array: Holdfast serves no zone's DNS");
        }
    }

    private Task AnswerAsync(HttpContext context, StoredZone zone, int status = 200)
    {
        Preconditions.SetTag(context.Response, zone.Generation);
        return ApiAnswer.ResultAsync(context, Show(context, zone), status);
    }

    private JsonObject Show(HttpContext context, StoredZone zone) =>
        ZoneJson.Of(zone, _accounts.Account, Caller.Of(context), _time.GetUtcNow());

    private static Task AnswerOriginAsync(HttpContext context, StoredZone zone)
    {
        Preconditions.SetTag(context.Response, zone.Generation);
        return ApiAnswer.ResultAsync(context, new JsonObject { ["origin"] = zone.Config.Origin?.ToString() });
    }
}
