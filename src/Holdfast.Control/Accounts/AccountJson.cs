using System.Text.Json.Nodes;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;

namespace Holdfast.Control.Accounts;

/// <summary>The account as the API shows it.</summary>
internal static class AccountJson
{
    public static JsonObject Of(StoredAccount account) =>
        new()
        {
            ["id"] = account.Id,
            ["name"] = account.Name,
            ["type"] = "standard",
            ["settings"] = new JsonObject { ["enforce_twofactor"] = false, ["abuse_contact_email"] = account.AbuseContact },
            ["created_on"] = ApiAnswer.Time(account.CreatedAt),
        };
}
