using System.Globalization;
using System.Text.Json;
using Holdfast.Artifacts;

namespace Holdfast.Control.SecurityEvents;

/// <summary>What edges' records of events say. An edge that is believed may still be of another build, or broken: nothing here throws.</summary>
internal static class SecurityEventRecord
{
    /// <summary>Longest event in characters: an edge's buffer for one is 8 KiB.</summary>
    private const int MostCharacters = 16 * 1024;

    /// <summary>The members of a record's array.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array
            ? items.EnumerateArray()
            : [];

    /// <summary>A count; 0 when there is none.</summary>
    public static long Count(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object
        && body.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt64(out var count)
        && count > 0
            ? count
            : 0;

    /// <summary>An event, or null when it is none.</summary>
    public static SecurityEventRow? TryRead(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object || item.GetRawText() is not { Length: <= MostCharacters } body)
        {
            return null;
        }

        var zone = Text(item, "zone_id");
        var isTime = DateTimeOffset.TryParse(
            Text(item, "occurred_at"),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var at
        );
        return isTime && ArtifactId.IsWellFormed(zone)
            ? new SecurityEventRow(
                at,
                zone,
                Text(item, "ray_id"),
                Text(item, "phase"),
                Text(item, "rule_id"),
                Text(item, "action"),
                Text(item, "ip"),
                Text(item, "host"),
                Text(item, "method"),
                Text(item, "path"),
                Text(item, "country"),
                body
            )
            : null;
    }

    /// <summary>A rule's count, or null when it is none.</summary>
    public static RuleCountRow? TryReadCount(JsonElement item) =>
        ArtifactId.IsWellFormed(Text(item, "zone"))
        && Text(item, "rule") is { Length: > 0 and <= 64 } rule
        && Count(item, "acted") is > 0 and var acted
            ? new RuleCountRow(Text(item, "zone"), rule, acted, Count(item, "last"))
            : null;

    private static string Text(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";
}

/// <summary>An event, and what it is looked for by.</summary>
internal sealed record SecurityEventRow(
    DateTimeOffset At,
    string Zone,
    string Ray,
    string Phase,
    string Rule,
    string Action,
    string Ip,
    string Host,
    string Method,
    string Path,
    string Country,
    string Body
);

/// <summary>How often a rule has acted since its edge last said so, and when last, in milliseconds since 1970.</summary>
internal sealed record RuleCountRow(string Zone, string Rule, long Acted, long Last);
