using System.Text.Json.Nodes;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Joining;
using Holdfast.Control.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Uplink;

/// <summary>The edges, <c>/holdfast/v1/nodes</c>, and what they sent up, <c>/holdfast/v1/uplink_records?node=&amp;type=</c>.</summary>
internal sealed class NodeEndpoints
{
    /// <summary>Silence after which a node counts as silent: three missed health records of 10 s.</summary>
    private static readonly TimeSpan Silent = TimeSpan.FromSeconds(30);

    private readonly NodeStore _nodes;
    private readonly JoinedNodes _joined;
    private readonly TimeProvider _time;

    public NodeEndpoints(NodeStore nodes, JoinedNodes joined, TimeProvider time)
    {
        _nodes = nodes;
        _joined = joined;
        _time = time;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        NodeOperations.List.Map(routes, ListAsync);
        NodeOperations.Get.Map(routes, GetAsync);
        NodeOperations.Delete.Map(routes, DeleteAsync);
        NodeOperations.Records.Map(routes, RecordsAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        var (nodes, total) = await _nodes.ListAsync(paging.Skip, paging.PerPage).ConfigureAwait(false);
        await ApiAnswer.PageAsync(context, nodes.Select(Show), paging, total).ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context)
    {
        var node = await _nodes.FindAsync(NameOf(context)).ConfigureAwait(false) ?? throw NoNode();
        await ApiAnswer.ResultAsync(context, Show(node)).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        Preconditions.RefuseTags(context.Request);
        var name = NameOf(context);
        if (!await _nodes.RemoveAsync(name, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false))
        {
            throw NoNode();
        }

        _joined.Remove(name);
        await ApiAnswer.ResultAsync(context, new JsonObject { ["name"] = name }).ConfigureAwait(false);
    }

    private static string NameOf(HttpContext context) => context.Request.RouteValues[NodeOperations.Parameter] as string ?? "";

    private static ApiException NoNode() => ApiException.NotFound("there is no such node");

    private async Task RecordsAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        var node = Paging.Text(context.Request, "node");
        var type = Paging.Text(context.Request, "type");
        var (records, total) = await _nodes.RecordsAsync(node, type, paging.Skip, paging.PerPage).ConfigureAwait(false);
        await ApiAnswer.PageAsync(context, records.Select(Show), paging, total).ConfigureAwait(false);
    }

    /// <summary>Whether an edge still reports: <c>reporting</c> or <c>silent</c>.</summary>
    public static string StatusOf(NodeRow node, TimeProvider time) =>
        time.GetUtcNow().UtcDateTime - node.LastSeenAt > Silent ? "silent" : "reporting";

    private JsonNode Show(NodeRow node) =>
        new JsonObject
        {
            ["name"] = node.Name,
            ["status"] = StatusOf(node, _time),
            ["joined_on"] = node.JoinedAt is { } joined ? ApiAnswer.Time(joined) : null,
            ["first_seen_on"] = ApiAnswer.Time(node.FirstSeenAt),
            ["last_seen_on"] = ApiAnswer.Time(node.LastSeenAt),
            ["purge_sequence"] = node.PurgeSequence,
            ["health_on"] = node.HealthAt is { } at ? ApiAnswer.Time(at) : null,
            ["health"] = node.Health is { } health ? JsonNode.Parse(health) : null,
        };

    private static JsonNode Show(UplinkRow record) =>
        new JsonObject
        {
            ["node"] = record.Node,
            ["sequence"] = record.Sequence,
            ["at"] = ApiAnswer.Time(record.At),
            ["type"] = record.Type,
            ["body"] = JsonNode.Parse(record.Body),
        };
}
