using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Holdfast.Cli.Declarative;

/// <summary>What has to change so that a zone is as a file wants it.</summary>
/// <param name="Zone">What the file wants.</param>
/// <param name="ZoneId">The zone's id, or null while there is none.</param>
internal sealed record ZonePlan(DesiredZone Zone, string? ZoneId)
{
    /// <summary>Whether the origin changes.</summary>
    public bool SetsOrigin { get; init; }

    /// <summary>The origin that it has now, or null.</summary>
    public string? OriginBefore { get; init; }

    /// <summary>Settings that change: name, value now as JSON text, value wanted.</summary>
    public IReadOnlyList<(string Name, string Before, JsonNode? After)> Settings { get; init; } = [];

    /// <summary>What the records were compared as; they are changed only if they are that still.</summary>
    public EntityTagHeaderValue? RecordsTag { get; init; }

    /// <summary>Records to make.</summary>
    public IReadOnlyList<DesiredRecord> Added { get; init; } = [];

    /// <summary>Records to change.</summary>
    public IReadOnlyList<(ExistingRecord Before, DesiredRecord After)> Changed { get; init; } = [];

    /// <summary>Records to remove.</summary>
    public IReadOnlyList<ExistingRecord> Removed { get; init; } = [];

    /// <summary>Whether everything is as wanted already.</summary>
    public bool IsEmpty =>
        ZoneId is not null && !SetsOrigin && Settings.Count == 0 && Added.Count == 0 && Changed.Count == 0 && Removed.Count == 0;

    /// <summary>The plan for people: a line a change, <c>+</c> for what is made, <c>~</c> for what changes, <c>-</c> for what goes.</summary>
    public IEnumerable<string> Lines()
    {
        if (ZoneId is null)
        {
            yield return $"+ zone {Zone.Name}{(Zone.Origin is null ? "" : $", origin {Zone.Origin}")}";
        }
        else if (SetsOrigin)
        {
            yield return $"~ {Zone.Name} origin: {OriginBefore ?? "none"} -> {Zone.Origin ?? "none"}";
        }

        foreach (var (name, before, after) in Settings)
        {
            yield return $"~ {Zone.Name} setting {name}: {before} -> {after?.ToJsonString() ?? "null"}";
        }

        foreach (var record in Removed)
        {
            yield return $"- {record.Name} {record.Type} {record.Content}";
        }

        foreach (var (before, after) in Changed)
        {
            yield return $"~ {before.Name} {before.Type} {before.Content} -> {Show(after)}";
        }

        foreach (var record in Added)
        {
            yield return $"+ {record.Name} {record.Type} {Show(record)}";
        }
    }

    private static string Show(DesiredRecord record)
    {
        var words = new List<string> { record.Content };
        if (record.Ttl != 1)
        {
            words.Add($"ttl {record.Ttl}");
        }

        if (record.Proxied)
        {
            words.Add("proxied");
        }

        if (record.Priority is { } priority)
        {
            words.Add($"priority {priority}");
        }

        if (record.Comment.Length > 0)
        {
            words.Add($"\"{record.Comment}\"");
        }

        words.AddRange(record.Tags);
        return string.Join(' ', words);
    }
}

/// <summary>A record as the API shows it.</summary>
internal sealed record ExistingRecord(string Id, string Name, string Type, string Content)
{
    /// <summary>Seconds; 1 is automatic.</summary>
    public int Ttl { get; init; } = 1;

    /// <summary>Whether the name is served through the edge.</summary>
    public bool Proxied { get; init; }

    /// <summary>For MX and URI; null for other types.</summary>
    public int? Priority { get; init; }

    /// <summary>A note; empty for none.</summary>
    public string Comment { get; init; } = "";

    /// <summary>Tags, in order of the alphabet.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Whether it is as wanted, but for its content.</summary>
    public bool HasFieldsOf(DesiredRecord record) =>
        Ttl == record.Ttl
        && Proxied == record.Proxied
        && (record.Priority is null || Priority == record.Priority)
        && Comment == record.Comment
        && Tags.SequenceEqual(record.Tags);
}
