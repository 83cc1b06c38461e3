using System.Text.Json;
using Holdfast.Status.ReadApi;
using Holdfast.Status.Storage;

namespace Holdfast.Status.WriteApi;

/// <summary>Shapes that are not Statuspage's version 2.</summary>
internal static class JsonExtensions
{
    /// <summary>An array.</summary>
    public static void WriteArray(this Utf8JsonWriter json, Action items)
    {
        json.WriteStartArray();
        items();
        json.WriteEndArray();
    }

    /// <summary>A line of the audit log.</summary>
    public static void WriteAudit(this Utf8JsonWriter json, AuditLine line)
    {
        json.WriteStartObject();
        json.WriteNumber("sequence", line.Sequence);
        V2Writer.Time(json, "at", line.At);
        json.WriteString("who", line.Who);
        json.WriteString("action", line.Action);
        json.WriteString("subject", line.Subject);
        Raw(json, "before", line.Before);
        Raw(json, "after", line.After);
        json.WriteEndObject();
    }

    private static void Raw(Utf8JsonWriter json, string name, string? value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value ?? "null");
    }
}
