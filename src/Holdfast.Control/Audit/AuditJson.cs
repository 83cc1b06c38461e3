using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Releases.Canonical;

namespace Holdfast.Control.Audit;

/// <summary>What the audit log keeps of a thing: its JSON without secrets, of bounded size.</summary>
internal static class AuditJson
{
    /// <summary>Largest text in bytes; of a larger one its digest is kept.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>What stands in the place of a secret.</summary>
    public const string Replaced = "(not kept)";

    /// <summary>
    /// Members that are never kept, wherever they stand. Those who write entries leave secrets out; this is the second line, for what
    /// is added later.
    /// </summary>
    private static readonly HashSet<string> Secrets = new(StringComparer.OrdinalIgnoreCase)
    {
        "password",
        "password_hash",
        "new_password",
        "current_password",
        "secret",
        "token",
        "token_hash",
        "api_key",
        "private_key",
        "privateKey",
        "key",
        "sealedKey",
        "sealed_key",
        "totp",
        "totp_secret",
        "recovery_code",
        "recovery_codes",
        "authorization",
    };

    /// <summary>The text to keep; null for null.</summary>
    public static string? Text(JsonNode? node)
    {
        if (node is null)
        {
            return null;
        }

        var bytes = CanonicalJson.Write(WithoutSecrets(node));
        return bytes.Length <= MaxBytes
            ? Encoding.UTF8.GetString(bytes)
            : Encoding.UTF8.GetString(
                CanonicalJson.Write(
                    new JsonObject { ["bytes"] = bytes.Length, ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(bytes)) }
                )
            );
    }

    private static JsonNode? WithoutSecrets(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                var kept = new JsonObject();
                foreach (var (name, value) in members)
                {
                    kept[name] = Secrets.Contains(name) && value is not null ? Replaced : WithoutSecrets(value);
                }

                return kept;
            case JsonArray items:
                return new JsonArray([.. items.Select(WithoutSecrets)]);
            case not null when node.GetValueKind() == JsonValueKind.Number && !long.TryParse(node.ToJsonString(), out _):
                // Canonical JSON has no fractions.
                return node.ToJsonString();
            default:
                return node?.DeepClone();
        }
    }
}
