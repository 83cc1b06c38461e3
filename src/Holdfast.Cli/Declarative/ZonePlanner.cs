using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Declarative;

/// <summary>Compares what a file wants with what control has.</summary>
internal static class ZonePlanner
{
    /// <summary>The plan for one zone. Nothing is changed.</summary>
    /// <exception cref="CliFailure">Control does not answer, or the file names a setting that there is not.</exception>
    public static async Task<ZonePlan> PlanAsync(ControlClient control, DesiredZone wanted, CancellationToken cancellationToken)
    {
        if (await ZoneApi.FindAsync(control, wanted.Name, cancellationToken) is not { } zone)
        {
            var known =
                wanted.Settings.Count == 0
                    ? []
                    : wanted.Settings.Select(setting => (setting.Key, "default", YamlJson.ToJson(setting.Value, null)));
            return new ZonePlan(wanted, null) { Settings = [.. known], Added = wanted.Records ?? [] };
        }

        var id = ZoneApi.Text(zone, "id");
        var origin = ZoneApi.Text(zone, "origin") is { Length: > 0 } text ? text : null;
        var plan = new ZonePlan(wanted, id)
        {
            OriginBefore = origin,
            SetsOrigin = wanted.HasOrigin && origin != wanted.Origin,
            Settings = wanted.Settings.Count == 0 ? [] : await SettingsAsync(control, id, wanted, cancellationToken),
        };
        if (wanted.Records is null)
        {
            return plan;
        }

        // Before the records: what changes while they are read makes it another one.
        var tag = await control.TagAsync($"/client/v4/zones/{id}/dns_records?per_page=1", cancellationToken);
        return Compare(plan with { RecordsTag = tag }, wanted.Records, await RecordsAsync(control, id, cancellationToken));
    }

    /// <summary>A zone's records.</summary>
    public static async Task<IReadOnlyList<ExistingRecord>> RecordsAsync(
        ControlClient control,
        string zoneId,
        CancellationToken cancellationToken
    )
    {
        var records = new List<ExistingRecord>();
        await foreach (var item in control.ListAsync($"/client/v4/zones/{zoneId}/dns_records?order=name", cancellationToken))
        {
            records.Add(Read(item));
        }

        return records;
    }

    /// <summary>Pairs wanted records with those that are there: the same content first, then what changes its content, then the rest.</summary>
    public static ZonePlan Compare(ZonePlan plan, IReadOnlyList<DesiredRecord> wanted, IReadOnlyList<ExistingRecord> existing)
    {
        var left = existing.ToList();
        var changed = new List<(ExistingRecord, DesiredRecord)>();
        var open = new List<DesiredRecord>();
        foreach (var record in wanted)
        {
            var same = left.Find(item => item.Name == record.Name && item.Type == record.Type && item.Content == record.Content);
            if (same is null)
            {
                open.Add(record);
                continue;
            }

            left.Remove(same);
            if (!same.HasFieldsOf(record))
            {
                changed.Add((same, record));
            }
        }

        var added = new List<DesiredRecord>();
        foreach (var record in open)
        {
            if (left.Find(item => item.Name == record.Name && item.Type == record.Type) is { } other)
            {
                left.Remove(other);
                changed.Add((other, record));
            }
            else
            {
                added.Add(record);
            }
        }

        return plan with
        {
            Added = added,
            Changed = changed,
            Removed = left,
        };
    }

    private static async Task<IReadOnlyList<(string, string, JsonNode?)>> SettingsAsync(
        ControlClient control,
        string id,
        DesiredZone wanted,
        CancellationToken cancellationToken
    )
    {
        var now = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        await foreach (var setting in control.ListAsync($"/client/v4/zones/{id}/settings", cancellationToken))
        {
            now[ZoneApi.Text(setting, "id")] = setting.GetProperty("value");
        }

        var changes = new List<(string, string, JsonNode?)>();
        foreach (var (name, node) in wanted.Settings)
        {
            if (!now.TryGetValue(name, out var before))
            {
                throw new CliFailure($"{wanted.Place}: there is no setting {Printable.From(name)}", "'setting list' shows those there are");
            }

            var after = YamlJson.ToJson(node, before);
            if (!JsonNode.DeepEquals(after, JsonNode.Parse(before.GetRawText())))
            {
                changes.Add((name, before.GetRawText(), after));
            }
        }

        return changes;
    }

    private static ExistingRecord Read(JsonElement item) =>
        new(ZoneApi.Text(item, "id"), ZoneApi.Text(item, "name"), ZoneApi.Text(item, "type"), item.GetProperty("content").GetString() ?? "")
        {
            Ttl = item.TryGetProperty("ttl", out var ttl) && ttl.TryGetInt32(out var seconds) ? seconds : 1,
            Proxied = item.TryGetProperty("proxied", out var proxied) && proxied.ValueKind == JsonValueKind.True,
            Priority =
                item.TryGetProperty("priority", out var priority)
                && priority.ValueKind == JsonValueKind.Number
                && priority.TryGetInt32(out var number)
                    ? number
                    : null,
            Comment =
                item.TryGetProperty("comment", out var comment) && comment.ValueKind == JsonValueKind.String ? comment.GetString()! : "",
            Tags =
                item.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Array
                    ? [.. tags.EnumerateArray().Select(tag => tag.GetString() ?? "").Order(StringComparer.Ordinal)]
                    : [],
        };
}
