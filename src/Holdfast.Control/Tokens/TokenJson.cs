using System.Text.Json.Nodes;
using Holdfast.Control.Access;
using Holdfast.Control.Envelope;

namespace Holdfast.Control.Tokens;

/// <summary>A token as the API shows it; its text is not in it.</summary>
internal static class TokenJson
{
    public static JsonObject Of(ApiToken token, DateTime? lastUsed, (string Account, string User) known, DateTime now)
    {
        var node = new JsonObject
        {
            ["id"] = token.Id,
            ["name"] = token.Name,
            ["status"] = token.StatusAt(now),
            ["issued_on"] = ApiAnswer.Time(token.IssuedOn),
            ["modified_on"] = ApiAnswer.Time(token.ModifiedOn),
            ["policies"] = PolicyJson.Write(token.IsAdmin ? [Everything(token.Id, known)] : token.Policies),
        };
        if (lastUsed is { } used)
        {
            node["last_used_on"] = ApiAnswer.Time(used);
        }

        AddTimes(node, token);
        if (ConditionJson.Write(token.Bounds.Addresses) is { } condition)
        {
            node["condition"] = condition;
        }

        return node;
    }

    /// <summary>What the audit log keeps of a token; its hash is not in it.</summary>
    public static JsonObject ForAudit(ApiToken token)
    {
        var node = new JsonObject
        {
            ["id"] = token.Id,
            ["name"] = token.Name,
            ["status"] = token.IsDisabled ? "disabled" : "active",
            ["policies"] = token.IsAdmin ? null : PolicyJson.Write(token.Policies),
            ["condition"] = ConditionJson.Write(token.Bounds.Addresses),
            ["generation"] = token.Generation,
        };
        AddTimes(node, token);
        return node;
    }

    /// <summary>What <c>verify</c> says.</summary>
    public static JsonObject Verdict(ApiToken token, DateTime now)
    {
        var node = new JsonObject { ["id"] = token.Id, ["status"] = token.StatusAt(now) };
        AddTimes(node, token);
        return node;
    }

    private static void AddTimes(JsonObject node, ApiToken token)
    {
        if (token.NotBefore is { } notBefore)
        {
            node["not_before"] = ApiAnswer.Time(notBefore);
        }

        if (token.Bounds.ExpiresOn is { } expiresOn)
        {
            node["expires_on"] = ApiAnswer.Time(expiresOn);
        }
    }

    /// <summary>What an admin token may do, written as a policy.</summary>
    private static WrittenPolicy Everything(string id, (string Account, string User) known) =>
        new(
            id,
            true,
            PermissionGroups.All,
            [
                new ResourceName($"{ResourceName.Account}.{known.Account}", []),
                new ResourceName($"{ResourceName.Zone}.*", []),
                new ResourceName($"{ResourceName.User}.{known.User}", []),
            ]
        );
}
