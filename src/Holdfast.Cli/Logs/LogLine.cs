using System.Globalization;
using System.Text.Json;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Logs;

/// <summary>One access log record as one readable line: time, client, method, host and path, status, origin's status, ms, ray id.</summary>
internal static class LogLine
{
    /// <summary>The narrowest line that is cut to; below that the path would be gone.</summary>
    private const int MinWidth = 60;

    /// <summary>Formats a record.</summary>
    /// <param name="json">One line of the file, Logpush field names.</param>
    /// <param name="width">Columns of the terminal; the path is cut so that the line fits. 0 cuts nothing.</param>
    /// <returns>The line; a record that is not JSON comes back as it is, made printable.</returns>
    public static string Format(string json, int width)
    {
        JsonElement record;
        try
        {
            using var document = JsonDocument.Parse(json);
            record = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return Printable.From(json);
        }

        if (record.ValueKind != JsonValueKind.Object)
        {
            return Printable.From(json);
        }

        var before = $"{Time(record)} {Or(Text(record, "ClientIP"), "-"), -15} {Or(Text(record, "ClientRequestMethod"), "-")} ";
        var target = Text(record, "ClientRequestHost") + Or(Text(record, "ClientRequestURI"), Text(record, "ClientRequestPath"));
        var after =
            $" {Or(Text(record, "EdgeResponseStatus"), "-")} {Or(Text(record, "OriginResponseStatus"), "-")} {Milliseconds(record)}ms {Text(record, "RayID")}";
        return before + Cut(Or(target, "-"), width, before.Length + after.Length) + after;
    }

    private static string Cut(string target, int width, int others)
    {
        var room = Math.Max(width, MinWidth) - others;
        return width == 0 || target.Length <= room ? target
            : room <= 1 ? "…"
            : target[..(room - 1)] + "…";
    }

    private static string Time(JsonElement record) =>
        Instant(record, "EdgeStartTimestamp") is { } at ? at.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture) : "--:--:--.---";

    private static string Milliseconds(JsonElement record)
    {
        var direct = Text(record, "EdgeTimeMs");
        if (direct.Length > 0)
        {
            return direct;
        }

        return Instant(record, "EdgeStartTimestamp") is { } start && Instant(record, "EdgeEndTimestamp") is { } end
            ? (end - start).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)
            : "-";
    }

    /// <summary>Logpush writes instants as RFC 3339 text or as nanoseconds since 1970.</summary>
    private static DateTimeOffset? Instant(JsonElement record, string member)
    {
        if (!record.TryGetProperty(member, out var value))
        {
            return null;
        }

        return value.ValueKind switch
        {
            JsonValueKind.String when value.TryGetDateTimeOffset(out var at) => at.ToUniversalTime(),
            JsonValueKind.Number when value.TryGetInt64(out var nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100),
            _ => null,
        };
    }

    private static string Text(JsonElement record, string member) =>
        record.TryGetProperty(member, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number
            ? Printable.From(value.ToString())
            : "";

    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;
}
