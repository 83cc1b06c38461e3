using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;

namespace Holdfast.Control.Records.Content;

/// <summary>LOC: a place on earth (RFC 1876), canonically with every field written.</summary>
internal sealed class LocationType : RecordType
{
    private const decimal DefaultSize = 1m;
    private const decimal DefaultHorizontal = 10_000m;
    private const decimal DefaultVertical = 10m;

    private static readonly Measure[] Measures =
    [
        new("altitude", -100_000m, 42_849_672.95m, null),
        new("size", 0m, 90_000_000m, DefaultSize),
        new("precision_horz", 0m, 90_000_000m, DefaultHorizontal),
        new("precision_vert", 0m, 90_000_000m, DefaultVertical),
    ];

    public override string? FromWords(ReadOnlySpan<PresentationWord> words, string? origin)
    {
        var texts = new List<string>();
        if (!Angle(ref words, 90, "NS", texts) || !Angle(ref words, 180, "EW", texts) || words.Length > Measures.Length)
        {
            return null;
        }

        for (var i = 0; i < Measures.Length; i++)
        {
            var measure = Measures[i];
            var metres = i < words.Length ? Number(words[i].Text.TrimEnd('m', 'M')) : measure.Default;
            if (metres is null || metres < measure.Least || metres > measure.Most)
            {
                return null;
            }

            texts.Add(Written(metres.Value, 2) + "m");
        }

        return string.Join(' ', texts);
    }

    public override string? FromData(JsonMembers data)
    {
        var words = new List<string>();
        AddAngle(data, "lat", words);
        AddAngle(data, "long", words);
        foreach (var measure in Measures)
        {
            words.Add(Read(data, measure.Member, measure.Default ?? 0m));
        }

        var content = FromContent(string.Join(' ', words));
        if (content is null)
        {
            data.Report("lat_degrees", "no place together with the other members", Allowed);
        }

        return content;
    }

    public override JsonObject ToData(string content)
    {
        var words = content.Split(' ');
        var data = new JsonObject();
        for (var i = 0; i < 2; i++)
        {
            var prefix = i == 0 ? "lat" : "long";
            data[prefix + "_degrees"] = JsonValue.Create(Number(words[4 * i]));
            data[prefix + "_minutes"] = JsonValue.Create(Number(words[(4 * i) + 1]));
            data[prefix + "_seconds"] = JsonValue.Create(Number(words[(4 * i) + 2]));
            data[prefix + "_direction"] = words[(4 * i) + 3];
        }

        for (var i = 0; i < Measures.Length; i++)
        {
            data[Measures[i].Member] = JsonValue.Create(Number(words[8 + i].TrimEnd('m')));
        }

        return data;
    }

    // Degrees, then minutes and seconds if need be, then one of the two directions.
    private static bool Angle(ref ReadOnlySpan<PresentationWord> words, int most, string directions, List<string> texts)
    {
        Span<decimal> parts = stackalloc decimal[3];
        parts.Clear();
        var count = 0;
        while (count < 3 && count < words.Length && Number(words[count].Text) is { } number)
        {
            parts[count++] = number;
        }

        var whole = decimal.IsInteger(parts[0]) && decimal.IsInteger(parts[1]);
        var total = (parts[0] * 3600) + (parts[1] * 60) + parts[2];
        if (
            count == 0
            || count == words.Length
            || !whole
            || parts[0] < 0
            || parts[1] is < 0 or > 59
            || parts[2] is < 0 or >= 60
            || total > most * 3600
            || words[count].Text.ToUpperInvariant() is not { Length: 1 } direction
            || !directions.Contains(direction, StringComparison.Ordinal)
        )
        {
            return false;
        }

        texts.AddRange([Written(parts[0], 0), Written(parts[1], 0), Written(parts[2], 3), direction]);
        words = words[(count + 1)..];
        return true;
    }

    private static void AddAngle(JsonMembers data, string prefix, List<string> words)
    {
        data.TryRequire(prefix + "_degrees", "a whole number", out _);
        words.Add(Read(data, prefix + "_degrees", 0m));
        words.Add(Read(data, prefix + "_minutes", 0m));
        words.Add(Read(data, prefix + "_seconds", 0m));
        words.Add(data.RequireText(prefix + "_direction", prefix == "lat" ? "N or S" : "E or W") ?? "?");
    }

    private static string Read(JsonMembers data, string member, decimal otherwise)
    {
        if (!data.TryGet(member, out var value))
        {
            return Written(otherwise, 3);
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number))
        {
            return Written(number, 3);
        }

        data.Report(member, StrictJson.Describe(value), "a number");
        return Written(otherwise, 3);
    }

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static string Written(decimal number, int digits) => number.ToString("F" + digits, CultureInfo.InvariantCulture);

    private sealed record Measure(string Member, decimal Least, decimal Most, decimal? Default);
}
