using System.Text.Json.Nodes;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Control.Uplink;
using Holdfast.Control.Zones;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Purging;

/// <summary><c>POST /client/v4/zones/{id}/purge_cache</c>, and where a purge is in effect.</summary>
internal sealed class PurgeEndpoints
{
    private readonly ZoneStore _zones;
    private readonly PurgeLog _log;
    private readonly TimeProvider _time;

    public PurgeEndpoints(ZoneStore zones, PurgeLog log, TimeProvider time)
    {
        _zones = zones;
        _log = log;
        _time = time;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        PurgeOperations.Purge.Map(routes, PurgeAsync);
        PurgeOperations.Get.Map(routes, GetAsync);
    }

    private async Task PurgeAsync(HttpContext context)
    {
        var id = ZoneRequests.Id(context);
        var zone = await _zones.FindAsync(id).ConfigureAwait(false) ?? throw ZoneRequests.NoZone();
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var (kind, values) = PurgeRequest.Read(body, zone.Config.Name);
        var purge =
            await _log.AppendAsync(id, kind, values, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false)
            ?? throw ZoneRequests.NoZone();
        await ApiAnswer.ResultAsync(context, new JsonObject { ["id"] = purge }).ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context)
    {
        var stored =
            await _log.FindAsync(ZoneRequests.Id(context), ZoneRequests.Id(context, PurgeOperations.Parameter)).ConfigureAwait(false)
            ?? throw ApiException.NotFound("Invalid purge identifier: there is no such purge of this zone, or it is kept no more");
        var result = PurgeLog.Show(stored.Purge);
        result["id"] = stored.Id;
        result["created_on"] = ApiAnswer.Time(stored.Purge.CreatedAt.UtcDateTime);
        result["edges"] = new JsonArray([
            .. stored.Edges.Select(edge => new JsonObject
            {
                ["name"] = edge.Node.Name,
                ["status"] = NodeEndpoints.StatusOf(edge.Node, _time),
                ["in_effect"] = edge.InEffect,
            }),
        ]);
        await ApiAnswer.ResultAsync(context, result).ConfigureAwait(false);
    }
}
