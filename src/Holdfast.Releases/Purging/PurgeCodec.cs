using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Holdfast.Model.Purging;
using Holdfast.Releases.Signing;

namespace Holdfast.Releases.Purging;

/// <summary>
/// What a purge says, as JSON: <c>{"log","sequence","zone","kind","values","createdAt"}</c>. The reader takes more than the writer makes:
/// what a newer control says of a purge may be unknown here, and it is then a purge of everything of its zone.
/// </summary>
public static class PurgeCodec
{
    /// <summary>Largest payload: as many values as there may be, each as long as it may be, escaped, and 4 KiB for the rest.</summary>
    public const int MaxPayloadBytes = (PurgeLimits.MostValues * PurgeLimits.LongestValue * 2) + 4096;

    private static readonly string[] Known = ["log", "sequence", "zone", "kind", "values", "createdAt"];

    /// <summary>The payload of a purge in a log.</summary>
    public static byte[] Encode(string log, Purge purge)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("log", log);
            json.WriteNumber("sequence", purge.Sequence);
            json.WriteString("zone", purge.ZoneId);
            json.WriteString("kind", PurgeKindNames.Of(purge.Kind));
            json.WriteStartArray("values");
            foreach (var value in purge.Values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
            json.WriteString("createdAt", purge.CreatedAt.UtcDateTime.ToString(ReleaseHeader.TimeFormat, CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Reads a payload. Never throws for what the bytes are.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="log">The log that it belongs to.</param>
    /// <param name="purge">The purge.</param>
    /// <param name="error">Otherwise why it is none, as one sentence.</param>
    public static bool TryDecode(
        ReadOnlyMemory<byte> payload,
        [NotNullWhen(true)] out string? log,
        [NotNullWhen(true)] out Purge? purge,
        [NotNullWhen(false)] out string? error
    )
    {
        (log, purge) = (null, null);
        if (payload.Length > MaxPayloadBytes)
        {
            error = $"it has {payload.Length} bytes; at most {MaxPayloadBytes} are allowed";
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(payload);
            return TryRead(document.RootElement, out log, out purge, out error);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            error = $"it is not a purge: {e.Message}";
            return false;
        }
    }

    private static bool TryRead(
        JsonElement json,
        [NotNullWhen(true)] out string? log,
        [NotNullWhen(true)] out Purge? purge,
        [NotNullWhen(false)] out string? error
    )
    {
        (log, purge) = (null, null);
        if (
            json.ValueKind != JsonValueKind.Object
            || Text(json, "log") is not { Length: 32 } id
            || Text(json, "zone") is not { } zone
            || !ReleaseHeader.IsName(zone)
            || !json.TryGetProperty("sequence", out var number)
            || number.ValueKind != JsonValueKind.Number
            || !number.TryGetInt64(out var sequence)
            || sequence < 1
        )
        {
            error = "it does not say which purge it is, and of which zone";
            return false;
        }

        var values = ValuesOf(json);
        var strange = json.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !Known.Contains(name));
        var kindName = Text(json, "kind");
        var notUnderstood =
            strange is not null ? $"the member {strange}"
            : !PurgeKindNames.TryParse(kindName, out var kind) ? $"the kind {kindName ?? "that is none"}"
            : values is null ? "its values"
            : kind == PurgeKind.Everything != values.Value.IsEmpty ? $"the kind {kindName} with {values.Value.Length} values"
            : null;
        DateTimeOffset.TryParseExact(
            Text(json, "createdAt"),
            ReleaseHeader.TimeFormat,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var createdAt
        );
        log = id;
        purge = new Purge
        {
            Sequence = sequence,
            ZoneId = zone,
            Kind = notUnderstood is null && PurgeKindNames.TryParse(kindName, out kind) ? kind : PurgeKind.Everything,
            Values = notUnderstood is null ? values!.Value : [],
            CreatedAt = createdAt,
            NotUnderstood = notUnderstood,
        };
        error = null;
        return true;
    }

    // Null when they are not what this build expects, also when there are more than it would take.
    private static ImmutableArray<string>? ValuesOf(JsonElement json)
    {
        if (
            !json.TryGetProperty("values", out var values)
            || values.ValueKind != JsonValueKind.Array
            || values.GetArrayLength() > PurgeLimits.MostValues
        )
        {
            return null;
        }

        var texts = ImmutableArray.CreateBuilder<string>();
        foreach (var value in values.EnumerateArray())
        {
            if (value.ValueKind != JsonValueKind.String || value.GetString() is not { Length: > 0 and <= PurgeLimits.LongestValue } text)
            {
                return null;
            }

            texts.Add(text);
        }

        return texts.ToImmutable();
    }

    private static string? Text(JsonElement json, string member) =>
        json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
