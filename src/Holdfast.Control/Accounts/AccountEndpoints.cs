using System.Net.Mail;
using System.Text.Json;
using Holdfast.Artifacts.Json;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Accounts;

/// <summary>Accounts: <c>/client/v4/accounts</c>. An installation is one account.</summary>
internal sealed class AccountEndpoints
{
    private const int MaxName = 100;
    private const string Names = "1 to 100 characters without control characters";

    private readonly AccountStore _accounts;

    public AccountEndpoints(AccountStore accounts)
    {
        _accounts = accounts;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        AccountOperations.List.Map(routes, ListAsync);
        AccountOperations.Get.Map(routes, GetAsync);
        AccountOperations.Update.Map(routes, UpdateAsync);
    }

    private Task ListAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        Paging.OneOf(context.Request, "direction", "asc", "desc");
        var name = Paging.Text(context.Request, "name");
        var account = _accounts.Account;
        StoredAccount[] all = name is null || account.Name.Contains(name, StringComparison.OrdinalIgnoreCase) ? [account] : [];
        return ApiAnswer.PageAsync(context, all.Skip(paging.Skip).Take(paging.PerPage).Select(AccountJson.Of), paging, all.Length);
    }

    private Task GetAsync(HttpContext context)
    {
        AccountRequests.RequireAccount(context, _accounts.Account);
        return AnswerAsync(context, _accounts.Account);
    }

    private async Task UpdateAsync(HttpContext context)
    {
        var before = _accounts.Account;
        AccountRequests.RequireAccount(context, before);
        var generation = Preconditions.IfMatch(context.Request);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var members = body.Members;
        if (members.OptionalText("id", before.Id) is { } id && id != before.Id)
        {
            members.Report("id", $"'{id}'", before.Id);
        }

        var name = members.RequireText("name", Names);
        if (name is not null && (name.Length is 0 or > MaxName || name.Any(char.IsControl)))
        {
            members.Report("name", $"{name.Length} characters", Names);
        }

        if (members.OptionalText("type", "standard") is not (null or "standard"))
        {
            members.Report("type", "something else", "standard");
        }

        var abuseContact = before.AbuseContact;
        if (members.TryGet("settings", out var settings) && settings.ValueKind != JsonValueKind.Null)
        {
            abuseContact = ReadSettings(new JsonMembers(settings, "/settings", body.Problems), abuseContact);
        }

        // Shown here and no setting: they may be sent back.
        members.TryGet("created_on", out _);
        members.TryGet("managed_by", out _);
        body.Complete();
        var account = await _accounts
            .ChangeAsync(generation, name!, abuseContact, AuditScope.Of(context), context.RequestAborted)
            .ConfigureAwait(false);
        await AnswerAsync(context, account).ConfigureAwait(false);
    }

    private static string? ReadSettings(JsonMembers settings, string? abuseContact)
    {
        if (settings.TryGet("enforce_twofactor", out var enforce) && enforce.ValueKind != JsonValueKind.False)
        {
            settings.Report("enforce_twofactor", StrictJson.Describe(enforce), "false: there are no users with a second factor here");
        }

        if (settings.TryGet("abuse_contact_email", out var given))
        {
            abuseContact = settings.OptionalText("abuse_contact_email", "an email address or null");
            if (abuseContact is not null && (abuseContact.Length > 254 || !MailAddress.TryCreate(abuseContact, out _)))
            {
                settings.Report("abuse_contact_email", StrictJson.Describe(given), "an email address or null");
            }
        }

        settings.RefuseOthers();
        return abuseContact;
    }

    private static Task AnswerAsync(HttpContext context, StoredAccount account)
    {
        Preconditions.SetTag(context.Response, account.Generation);
        return ApiAnswer.ResultAsync(context, AccountJson.Of(account));
    }
}
