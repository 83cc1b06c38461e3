using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
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
    private static readonly string[] Types = ["full", "partial", "secondary", "internal"];

    private readonly ZoneStore _zones;
    private readonly AccountStore _accounts;

    public ZoneEndpoints(ZoneStore zones, AccountStore accounts)
    {
        _zones = zones;
        _accounts = accounts;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        ZoneOperations.List.Map(routes, ListAsync);
        ZoneOperations.Create.Map(routes, CreateAsync);
        ZoneOperations.Get.Map(routes, GetAsync);
        ZoneOperations.Delete.Map(routes, DeleteAsync);
        ZoneOperations.PutByName.Map(routes, PutByNameAsync);
        ZoneOperations.GetOrigin.Map(routes, GetOriginAsync);
        ZoneOperations.PutOrigin.Map(routes, PutOriginAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        var name = Paging.Text(context.Request, "name") is { } text ? ZoneRequests.Name(text, "/name") : null;
        var visible = Caller.Of(context).ZonesWith(PermissionGroups.ZoneRead);
        var (zones, total) = await _zones.ListAsync(visible, name, paging.Skip, paging.PerPage).ConfigureAwait(false);
        await ApiAnswer.PageAsync(context, zones.Select(zone => ZoneJson.Of(zone, _accounts.Account)), paging, total).ConfigureAwait(false);
    }

    private async Task CreateAsync(HttpContext context)
    {
        RequireAllZones(context);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var text = body.Members.RequireText("name", "a zone's name");
        ZoneRequests.Origin(body, required: false, out var origin);
        IgnoreCloudflares(body);
        body.Complete();
        var zone = new ZoneConfig
        {
            Id = ArtifactId.New(),
            Name = ZoneRequests.Name(text, "/name"),
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
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        ZoneRequests.Origin(body, required: true, out var origin);
        body.Complete();
        var caller = Caller.Of(context);
        var (zone, created) = await _zones
            .PutAsync(
                name,
                before =>
                    !(before is null ? caller.MayEverywhere(PermissionGroups.ZoneWrite) : caller.May(PermissionGroups.ZoneWrite, before.Id))
                        ? throw PermissionCheck.Refused(PermissionGroups.ZoneWrite)
                    : before is not null ? before with { Origin = origin }
                    : new ZoneConfig
                    {
                        Id = ArtifactId.New(),
                        Name = name,
                        Origin = origin,
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

        if (body.Members.OptionalText("type", "a zone's type") is { } type && !Types.Contains(type))
        {
            body.Members.Report("type", "something else", string.Join(", ", Types));
        }

        if (body.Members.TryGet("jump_start", out var jump) && jump.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            body.Members.Report("jump_start", "no boolean", "true or false");
        }
    }

    private Task AnswerAsync(HttpContext context, StoredZone zone, int status = 200)
    {
        Preconditions.SetTag(context.Response, zone.Generation);
        return ApiAnswer.ResultAsync(context, ZoneJson.Of(zone, _accounts.Account), status);
    }

    private static Task AnswerOriginAsync(HttpContext context, StoredZone zone)
    {
        Preconditions.SetTag(context.Response, zone.Generation);
        return ApiAnswer.ResultAsync(context, new JsonObject { ["origin"] = zone.Config.Origin?.ToString() });
    }
}
