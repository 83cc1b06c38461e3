using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Control.Accounts;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Audit;

/// <summary>The audit log: <c>/holdfast/v1/audit_logs</c>, and as Cloudflare has it.</summary>
internal sealed class AuditEndpoints
{
    private readonly AuditLog _log;
    private readonly string _headFile;
    private readonly AccountStore _accounts;

    public AuditEndpoints(AuditLog log, string headFile, AccountStore accounts)
    {
        _log = log;
        _headFile = headFile;
        _accounts = accounts;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        AuditOperations.List.Map(routes, ListAsync);
        AuditOperations.Get.Map(routes, GetAsync);
        AuditOperations.Head.Map(routes, HeadAsync);
        AuditOperations.ListAccount.Map(routes, ListAccountAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var request = context.Request;
        var filter = Filter(request) with
        {
            Actor = Paging.Text(request, "actor"),
            Operation = Paging.Text(request, "operation"),
            Outcome = Paging.Text(request, "outcome"),
            ResourceType = Paging.Text(request, "resource_type"),
            ResourceId = Paging.Text(request, "resource_id"),
            ZoneId = Paging.Text(request, "zone_id"),
        };
        await AnswerAsync(context, filter, entry => entry.ToJson()).ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context)
    {
        var number = context.Request.RouteValues[AuditOperations.Parameter] as string;
        var entry = long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? await _log.FindAsync(sequence).ConfigureAwait(false)
            : null;
        await ApiAnswer
            .ResultAsync(context, (entry ?? throw ApiException.NotFound("the audit log has no entry of this number")).ToJson())
            .ConfigureAwait(false);
    }

    private async Task HeadAsync(HttpContext context)
    {
        var head = AuditHead.Load(_headFile) ?? throw ApiException.NotFound("no head was signed yet");
        await ApiAnswer.ResultAsync(context, head.ToJson()).ConfigureAwait(false);
    }

    private async Task ListAccountAsync(HttpContext context)
    {
        AccountRequests.RequireAccount(context, _accounts.Account);

        var request = context.Request;
        var filter = Filter(request) with
        {
            Id = Paging.Text(request, "id"),
            Actor = Paging.Text(request, "actor.email"),
            Operation = Paging.Text(request, "action.type"),
        };
        await AnswerAsync(context, filter, Cloudflares).ConfigureAwait(false);
    }

    private async Task AnswerAsync(HttpContext context, AuditFilter filter, Func<AuditEntry, JsonNode> show)
    {
        var paging = Paging.Of(context.Request);
        var (entries, total) = await _log.ListAsync(filter, paging.Skip, paging.PerPage).ConfigureAwait(false);
        await ApiAnswer.PageAsync(context, entries.Select(show), paging, total).ConfigureAwait(false);
    }

    private static AuditFilter Filter(HttpRequest request) =>
        new()
        {
            Since = Paging.Time(request, "since"),
            Before = Paging.Time(request, "before"),
            OldestFirst = Paging.Text(request, "direction") switch
            {
                null or "desc" => false,
                "asc" => true,
                _ => throw ApiException.Invalid("/direction", "the query's direction must be asc or desc"),
            },
        };

    private JsonNode Cloudflares(AuditEntry entry) =>
        new JsonObject
        {
            ["id"] = entry.Hash,
            ["when"] = ApiAnswer.Time(entry.At.UtcDateTime),
            ["action"] = new JsonObject { ["type"] = entry.Operation, ["result"] = entry.Outcome == "success" },
            ["actor"] = new JsonObject
            {
                ["id"] = entry.ActorId,
                ["email"] = entry.ActorName,
                ["ip"] = entry.Address,
                ["type"] = entry.ActorType == "system" ? "admin" : "user",
            },
            ["interface"] = "API",
            ["metadata"] = new JsonObject { ["zone_id"] = entry.ZoneId },
            ["owner"] = new JsonObject { ["id"] = _accounts.Account.Id },
            ["resource"] = new JsonObject { ["type"] = entry.ResourceType, ["id"] = entry.ResourceId },
            ["oldValue"] = entry.Before,
            ["newValue"] = entry.After,
        };
}
