using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Artifacts.Json;
using Holdfast.Control.Accounts;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Control.Zones;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Lists;

/// <summary>
/// The items of lists, and the operations on them. Cloudflare works them off later and answers with the id of an operation; here one is done
/// before it is answered, and what its id stands for says so. Items have their list's entity tag: who changes one changes the list.
/// </summary>
internal sealed class ListItemEndpoints(ListStore lists, ListItemStore items, AccountStore accounts)
{
    private const int UsualPage = 25;
    private const int MostOnPage = 500;

    // Longer than any item.
    private const int MostCursorCharacters = 4_096;

    public void Map(IEndpointRouteBuilder routes)
    {
        ListOperations.ListItems.Map(routes, ListAsync);
        ListOperations.AppendItems.Map(routes, context => PutAsync(context, items.AppendAsync, mayBeEmpty: false));
        ListOperations.ReplaceItems.Map(routes, context => PutAsync(context, items.ReplaceAsync, mayBeEmpty: true));
        ListOperations.DeleteItems.Map(routes, DeleteAsync);
        ListOperations.GetItem.Map(routes, GetAsync);
        ListOperations.GetOperation.Map(routes, GetOperationAsync);
    }

    private delegate Task<DoneOperation> Put(
        string listId,
        IReadOnlyList<ListItemDraft> items,
        long? confirmed,
        KnownGenerations? known,
        AuditScope audit,
        CancellationToken cancellationToken
    );

    private async Task ListAsync(HttpContext context)
    {
        var id = ListRequests.ListId(context, accounts);
        var take = Paging.Number(context.Request, "per_page", UsualPage, MostOnPage);
        var (kind, tag, page) = await items
            .PageAsync(id, Cursor(context.Request), Paging.Text(context.Request, "search")?.ToLowerInvariant(), take + 1)
            .ConfigureAwait(false);
        var shown = new JsonArray([.. page.Take(take).Select(item => (JsonNode)ListJson.Of(kind, item))]);
        var cursors = new JsonObject();
        if (page.Count > take)
        {
            cursors["after"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(page[take - 1].Value)).Replace('+', '-').Replace('/', '_');
        }

        Preconditions.SetTag(context.Response, tag);
        await ApiAnswer.ResultAsync(context, shown, info: new JsonObject { ["cursors"] = cursors }).ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context)
    {
        var list = ListRequests.ListId(context, accounts);
        var (kind, tag, item) = await items.FindAsync(list, ZoneRequests.Id(context, ListOperations.ItemParameter)).ConfigureAwait(false);
        Preconditions.SetTag(context.Response, tag);
        await ApiAnswer.ResultAsync(context, ListJson.Of(kind, item)).ConfigureAwait(false);
    }

    private async Task PutAsync(HttpContext context, Put put, bool mayBeEmpty)
    {
        var id = ListRequests.ListId(context, accounts);
        var known = Preconditions.IfMatch(context.Request);
        var confirmed = Paging.CountOrNull(context.Request, RowCounts.Parameter);
        using var body = await RequestList.ReadAsync(context).ConfigureAwait(false);
        var kind = (await lists.FindAsync(id).ConfigureAwait(false)).Kind;
        var wanted = ListItemDraft.ReadAll(body, kind);
        body.Complete();
        if (wanted.Count == 0 && !mayBeEmpty)
        {
            throw ApiException.Invalid("", "there are no items; allowed is an array of at least one");
        }

        await AnswerAsync(
                context,
                await put(id, wanted, confirmed, known, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false)
            )
            .ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var id = ListRequests.ListId(context, accounts);
        var known = Preconditions.IfMatch(context.Request);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var ids = ReadIds(body);
        body.Complete();
        DeleteCount.Require(context.Request, ids.Count);
        await AnswerAsync(
                context,
                await items.RemoveAsync(id, ids, known, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false)
            )
            .ConfigureAwait(false);
    }

    private async Task GetOperationAsync(HttpContext context)
    {
        AccountRequests.RequireAccount(context, accounts.Account);
        var id = ZoneRequests.Id(context, ListOperations.OperationParameter);
        var completed = await items.CompletedAsync(id).ConfigureAwait(false);
        await ApiAnswer
            .ResultAsync(
                context,
                new JsonObject
                {
                    ["id"] = id,
                    ["status"] = "completed",
                    ["completed"] = ApiAnswer.Time(completed),
                }
            )
            .ConfigureAwait(false);
    }

    private static Task AnswerAsync(HttpContext context, DoneOperation operation)
    {
        Preconditions.SetTag(context.Response, operation.Tag);
        return ApiAnswer.ResultAsync(context, new JsonObject { ["operation_id"] = operation.Id });
    }

    // No items at all must not come to mean all of them (the design's law 17).
    private static List<string> ReadIds(RequestBody body)
    {
        const string form = "an array of at least one {\"id\"}, each once";
        var ids = new List<string>();
        if (!body.Members.TryRequire("items", form, out var array))
        {
            return ids;
        }

        if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() == 0)
        {
            body.Members.Report("items", StrictJson.Describe(array), form);
            return ids;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var element in array.EnumerateArray())
        {
            var members = body.Members.At("items", element, index++);
            if (members.RequireText("id", ArtifactId.Form) is { } id)
            {
                if (!ArtifactId.IsWellFormed(id))
                {
                    members.Report("id", "something else", ArtifactId.Form);
                }
                else if (!seen.Add(id))
                {
                    members.Report("id", $"'{id}' again", form);
                }

                ids.Add(id);
            }

            members.RefuseOthers();
        }

        return ids;
    }

    private static string? Cursor(HttpRequest request)
    {
        if (Paging.Text(request, "cursor") is not { } text)
        {
            return null;
        }

        var bytes = new byte[MostCursorCharacters];
        return
            text.Length <= MostCursorCharacters
            && Convert.TryFromBase64String(text.Replace('-', '+').Replace('_', '/'), bytes, out var length)
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : throw ApiException.Invalid("/cursor", "the query's cursor must be one that a page before has given");
    }
}
