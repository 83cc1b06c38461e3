using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Artifacts.Lists;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Control.Accounts;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Model.Lists;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Lists;

/// <summary>Lists: <c>/client/v4/accounts/{account_id}/rules/lists</c> as Cloudflare has it.</summary>
internal sealed class ListEndpoints(ListStore lists, AccountStore accounts)
{
    private static readonly string KindForm = string.Join(", ", ListKinds.Names);

    public void Map(IEndpointRouteBuilder routes)
    {
        ListOperations.All.Map(routes, AllAsync);
        ListOperations.Create.Map(routes, CreateAsync);
        ListOperations.Get.Map(routes, GetAsync);
        ListOperations.Update.Map(routes, UpdateAsync);
        ListOperations.Delete.Map(routes, DeleteAsync);
    }

    private async Task AllAsync(HttpContext context)
    {
        AccountRequests.RequireAccount(context, accounts.Account);
        var all = await lists.AllAsync().ConfigureAwait(false);
        await ApiAnswer.ResultAsync(context, new JsonArray([.. all.Select(list => (JsonNode)ListJson.Of(list))])).ConfigureAwait(false);
    }

    private async Task CreateAsync(HttpContext context)
    {
        AccountRequests.RequireAccount(context, accounts.Account);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var members = body.Members;
        var name = members.RequireText("name", ListName.Form);
        if (name is not null && !ListName.IsWellFormed(name))
        {
            members.Report("name", name.Length <= ListLimits.NameCharacters ? $"'{name}'" : $"{name.Length} characters", ListName.Form);
        }

        ListKind? kind = null;
        if (members.RequireText("kind", KindForm) is { } text && (kind = ListKinds.Find(text)) is null)
        {
            members.Report("kind", "something else", KindForm);
        }

        var description = ReadDescription(body) ?? "";
        body.Complete();
        var list = new ListConfig
        {
            Id = ArtifactId.New(),
            Name = name!,
            Kind = kind!.Value,
            Items = [],
        };
        var made = await lists.CreateAsync(list, description, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false);
        await AnswerAsync(context, made).ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context) =>
        await AnswerAsync(context, await lists.FindAsync(ListRequests.ListId(context, accounts)).ConfigureAwait(false))
            .ConfigureAwait(false);

    private async Task UpdateAsync(HttpContext context)
    {
        var id = ListRequests.ListId(context, accounts);
        var known = Preconditions.IfMatch(context.Request);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var description = ReadDescription(body);
        body.Complete();
        var list = await lists.DescribeAsync(id, description, known, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false);
        await AnswerAsync(context, list).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var id = ListRequests.ListId(context, accounts);
        var known = Preconditions.IfMatch(context.Request);
        await lists.RemoveAsync(id, known, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false);
        await ApiAnswer.ResultAsync(context, new JsonObject { ["id"] = id }).ConfigureAwait(false);
    }

    private static Task AnswerAsync(HttpContext context, StoredList list)
    {
        Preconditions.SetTag(context.Response, list.Tag);
        return ApiAnswer.ResultAsync(context, ListJson.Of(list));
    }

    private static string? ReadDescription(RequestBody body) =>
        RulesetTexts.Read(body.Members, "description", ListLimits.DescriptionCharacters);
}
