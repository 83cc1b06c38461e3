using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Model.Releases.Rehearsals;

namespace Holdfast.Releases.Rehearsals;

/// <summary>A rehearsal's report as JSON: between taster and edge, as the body of an upward record, and in the API.</summary>
public static class RehearsalCodec
{
    /// <summary>Most bytes of a report that <see cref="Bounded"/> gives: it fits into an upward record and a taster's frame, envelope included.</summary>
    public const int MostBytes = 48 * 1024;

    private const int IdLength = 32;

    /// <summary>Writes a report; texts that are too long are cut.</summary>
    public static JsonObject Encode(RehearsalReport report) =>
        new()
        {
            ["id"] = report.Id,
            ["live_generation"] = report.LiveGeneration,
            ["requests"] = report.Requests,
            ["oldest"] = report.Oldest?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["changes"] = new JsonArray([.. report.Changes.Select(Encode)]),
            ["microseconds"] = new JsonObject
            {
                ["live"] = Math.Round(report.LiveMicroseconds, 1),
                ["candidate"] = Math.Round(report.CandidateMicroseconds, 1),
            },
            ["note"] = Cut(report.Note),
            ["problem"] = Cut(report.Problem),
            ["unable"] = report.IsUnable,
        };

    /// <summary>The report with as many of its examples as fit: visitors choose what stands in them.</summary>
    public static RehearsalReport Bounded(RehearsalReport report)
    {
        for (var most = RehearsalReport.MostExamples; ; most--)
        {
            var fewer = report with
            {
                Changes = [.. report.Changes.Select(change => change with { Examples = [.. change.Examples.Take(most)] })],
            };
            if (most == 0 || Encoding.UTF8.GetByteCount(Encode(fewer).ToJsonString()) <= MostBytes)
            {
                return fewer;
            }
        }
    }

    /// <summary>Whether it is what an order is called by.</summary>
    public static bool IsId(string? text) => text?.Length == IdLength && !text.AsSpan().ContainsAnyExcept("0123456789abcdef");

    /// <summary>Reads a report. Never throws for what it holds; members and differences that this build does not know are passed over.</summary>
    /// <returns>The report; null when it is none.</returns>
    public static RehearsalReport? Decode(JsonElement body)
    {
        if (
            body.ValueKind != JsonValueKind.Object
            || Text(body, "id") is not { } id
            || !IsId(id)
            || Whole(body, "live_generation") is not { } generation
            || Whole(body, "requests") is not ({ } requests and <= int.MaxValue)
        )
        {
            return null;
        }

        var times = body.TryGetProperty("microseconds", out var object_) && object_.ValueKind == JsonValueKind.Object ? object_ : default;
        return new RehearsalReport
        {
            Id = id,
            LiveGeneration = generation,
            Requests = (int)requests,
            Oldest = DateTimeOffset.TryParse(
                Text(body, "oldest"),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var oldest
            )
                ? oldest.ToUniversalTime()
                : null,
            Changes = Changes(body),
            LiveMicroseconds = Decimal(times, "live"),
            CandidateMicroseconds = Decimal(times, "candidate"),
            Note = Cut(Text(body, "note")),
            Problem = Cut(Text(body, "problem")),
            IsUnable = body.TryGetProperty("unable", out var unable) && unable.ValueKind == JsonValueKind.True,
        };
    }

    private static JsonNode Encode(RehearsalChange change) =>
        new JsonObject
        {
            ["what"] = RehearsalDifferences.NameOf(change.Difference),
            ["requests"] = change.Requests,
            ["examples"] = new JsonArray([
                .. change
                    .Examples.Take(RehearsalReport.MostExamples)
                    .Select(example =>
                        (JsonNode)
                            new JsonObject
                            {
                                ["ray"] = Cut(example.Ray),
                                ["request"] = Cut(example.Request),
                                ["live"] = Cut(example.Live),
                                ["candidate"] = Cut(example.Candidate),
                                ["rule"] = Cut(example.Rule),
                            }
                    ),
            ]),
        };

    private static ImmutableArray<RehearsalChange> Changes(JsonElement body)
    {
        var changes = ImmutableArray.CreateBuilder<RehearsalChange>();
        foreach (var change in Elements(body, "changes"))
        {
            if (
                RehearsalDifferences.TryParse(Text(change, "what"), out var difference)
                && Whole(change, "requests") is { } requests and > 0 and <= int.MaxValue
                && changes.All(known => known.Difference != difference)
            )
            {
                changes.Add(
                    new RehearsalChange(
                        difference,
                        (int)requests,
                        [.. Elements(change, "examples").Take(RehearsalReport.MostExamples).Select(Example)]
                    )
                );
            }
        }

        return changes.DrainToImmutable();
    }

    private static RehearsalExample Example(JsonElement example) =>
        new(
            Cut(Text(example, "ray")) ?? "",
            Cut(Text(example, "request")) ?? "",
            Cut(Text(example, "live")) ?? "",
            Cut(Text(example, "candidate")) ?? "",
            Cut(Text(example, "rule"))
        );

    private static IEnumerable<JsonElement> Elements(JsonElement body, string member) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(member, out var array) && array.ValueKind == JsonValueKind.Array
            ? array.EnumerateArray()
            : [];

    private static string? Cut(string? text) =>
        text?.Length > RehearsalReport.MaxTextLength ? $"{text.AsSpan(0, RehearsalReport.MaxTextLength - 1)}…" : text;

    private static string? Text(JsonElement body, string member) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static long? Whole(JsonElement body, string member) =>
        body.ValueKind == JsonValueKind.Object
        && body.TryGetProperty(member, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt64(out var number)
        && number >= 0
            ? number
            : null;

    private static double Decimal(JsonElement body, string member) =>
        body.ValueKind == JsonValueKind.Object
        && body.TryGetProperty(member, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var number)
        && double.IsFinite(number)
            ? Math.Max(0, number)
            : 0;
}
