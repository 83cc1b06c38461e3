using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Holdfast.Status.OutsideStatus;

/// <summary>Reads Statuspage's <c>status.json</c> or <c>summary.json</c>, and Google's <c>incidents.json</c>.</summary>
internal static class OutsideJson
{
    /// <summary>Reads a document.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static OutsideReading Read(ReadOnlyMemory<byte> document)
    {
        using var json = JsonDocument.Parse(document, new JsonDocumentOptions { MaxDepth = 16 });
        var root = json.RootElement;
        return root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0 ? Google(root) : Statuspage(root);
    }

    private static OutsideReading Statuspage(JsonElement root)
    {
        if (
            root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("status", out var status)
            || Text(status, "indicator") is not { } indicator
        )
        {
            throw new FormatException("it has no status.indicator");
        }

        if (indicator is "none" or "maintenance")
        {
            return OutsideReading.Nothing;
        }

        var said = Text(status, "description") is { Length: > 0 } words ? words : indicator;
        return new OutsideReading([new OutsideTrouble(OutsideWords.Title(said), null, [])]);
    }

    private static OutsideReading Google(JsonElement root)
    {
        var troubles = ImmutableArray.CreateBuilder<OutsideTrouble>();
        var isTheirs = false;
        foreach (var incident in root.EnumerateArray().Take(OutsideLimits.Entries))
        {
            if (Text(incident, "external_desc") is not { } words)
            {
                continue;
            }

            isTheirs = true;
            if (Text(incident, "end") is { Length: > 0 } || troubles.Count == OutsideLimits.Troubles)
            {
                continue;
            }

            troubles.Add(
                new OutsideTrouble(
                    OutsideWords.Title(words),
                    TimeOf(Text(incident, "modified") ?? Text(incident, "begin")),
                    Locations(incident) is { IsEmpty: false } told ? told : OutsideRegions.Of(words)
                )
            );
        }

        return isTheirs
            ? new OutsideReading(troubles.DrainToImmutable())
            : throw new FormatException("its list is not Google's incidents: external_desc is missing");
    }

    private static DateTimeOffset? TimeOf(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private static ImmutableArray<string> Locations(JsonElement incident) =>
        incident.TryGetProperty("currently_affected_locations", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Take(100).Select(one => Text(one, "id")).OfType<string>().Where(id => id is not "global")]
            : [];

    private static string? Text(JsonElement json, string member) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
