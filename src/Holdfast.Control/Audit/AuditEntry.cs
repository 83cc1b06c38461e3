using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Releases.Canonical;

namespace Holdfast.Control.Audit;

/// <summary>
/// One entry of the audit log: who did what, from where, and what changed. Its hash covers every member and the hash of the entry
/// before it, so that none can be changed, inserted or taken out without all later hashes changing.
/// </summary>
public sealed record AuditEntry
{
    /// <summary>The hash before the first entry.</summary>
    public static string Beginning { get; } = new('0', 64);

    /// <summary>The entry's number, from 1, without gaps.</summary>
    public required long Sequence { get; init; }

    /// <summary>When it was written, UTC, to the millisecond.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The operation's id: <c>zones-create</c>.</summary>
    public required string Operation { get; init; }

    /// <summary><c>success</c> or <c>refused</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>By which kind of credential: <c>token</c>, <c>session</c>, <c>api_key</c>, <c>anonymous</c> (none that is good), <c>system</c> (control itself).</summary>
    public required string ActorType { get; init; }

    /// <summary>The credential's id; empty when there is none.</summary>
    public required string ActorId { get; init; }

    /// <summary>The token's name or the operator's e-mail address.</summary>
    public required string ActorName { get; init; }

    /// <summary>The address that the request came from, or null.</summary>
    public required string? Address { get; init; }

    /// <summary>What kind of thing was changed: <c>zone</c>.</summary>
    public required string ResourceType { get; init; }

    /// <summary>The thing's id, or empty.</summary>
    public required string ResourceId { get; init; }

    /// <summary>The zone that the thing belongs to, or null.</summary>
    public required string? ZoneId { get; init; }

    /// <summary>The thing before, as canonical JSON without secrets; null when it was not there.</summary>
    public required string? Before { get; init; }

    /// <summary>The thing afterwards, as canonical JSON without secrets; null when it is no longer there.</summary>
    public required string? After { get; init; }

    /// <summary>The hash of the entry before, 64 lower-case hexadecimal digits.</summary>
    public required string PreviousHash { get; init; }

    /// <summary>This entry's hash, as it is stored.</summary>
    public string Hash { get; init; } = "";

    /// <summary>The hash that the entry must have: SHA-256 over its canonical JSON, <see cref="PreviousHash"/> included.</summary>
    public string ComputeHash() => Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Write(Members(hash: false))));

    /// <summary>The entry as the API shows it.</summary>
    public JsonObject ToJson()
    {
        var members = Members(hash: true);
        members["before"] = Parse(Before);
        members["after"] = Parse(After);
        return members;
    }

    /// <summary>Reads an entry that the API showed.</summary>
    public static bool TryRead(JsonElement json, [NotNullWhen(true)] out AuditEntry? entry)
    {
        entry = null;
        try
        {
            entry = new AuditEntry
            {
                Sequence = json.GetProperty("sequence").GetInt64(),
                At = json.GetProperty("at").GetDateTimeOffset(),
                Operation = Required(json, "operation"),
                Outcome = Required(json, "outcome"),
                ActorType = Required(json, "actor_type"),
                ActorId = Required(json, "actor_id"),
                ActorName = Required(json, "actor_name"),
                Address = json.GetProperty("address").GetString(),
                ResourceType = Required(json, "resource_type"),
                ResourceId = Required(json, "resource_id"),
                ZoneId = json.GetProperty("zone_id").GetString(),
                Before = Canonical(json.GetProperty("before")),
                After = Canonical(json.GetProperty("after")),
                PreviousHash = Required(json, "previous_hash"),
                Hash = Required(json, "hash"),
            };
            return true;
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or JsonException)
        {
            return false;
        }
    }

    private JsonObject Members(bool hash)
    {
        var members = new JsonObject
        {
            ["sequence"] = Sequence,
            ["at"] = Envelope.ApiAnswer.Time(At.UtcDateTime),
            ["operation"] = Operation,
            ["outcome"] = Outcome,
            ["actor_type"] = ActorType,
            ["actor_id"] = ActorId,
            ["actor_name"] = ActorName,
            ["address"] = Address,
            ["resource_type"] = ResourceType,
            ["resource_id"] = ResourceId,
            ["zone_id"] = ZoneId,
            ["before"] = Before,
            ["after"] = After,
            ["previous_hash"] = PreviousHash,
        };
        if (hash)
        {
            members["hash"] = Hash;
        }

        return members;
    }

    private static string Required(JsonElement json, string member) => json.GetProperty(member).GetString() ?? throw new FormatException();

    private static string? Canonical(JsonElement value) =>
        value.ValueKind == JsonValueKind.Null ? null : Encoding.UTF8.GetString(CanonicalJson.Write(JsonNode.Parse(value.GetRawText())));

    /// <summary>A tampered text need not be JSON: it is shown as text, and the hash tells.</summary>
    private static JsonNode? Parse(string? text)
    {
        try
        {
            return text is null ? null : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
