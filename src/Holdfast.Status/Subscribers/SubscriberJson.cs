using System.Text;
using System.Text.Json;
using Holdfast.Status.ReadApi;
using Holdfast.Status.Storage;

namespace Holdfast.Status.Subscribers;

/// <summary>A subscriber in the API and in the audit log.</summary>
internal static class SubscriberJson
{
    /// <summary>Writes it.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="row">Who.</param>
    /// <param name="components">What about; none: everything.</param>
    /// <param name="secret">What its messages are signed with, the one time; else null.</param>
    public static void Write(Utf8JsonWriter json, SubscriberRow row, IEnumerable<string> components, string? secret = null)
    {
        json.WriteStartObject();
        json.WriteString("id", row.Id);
        json.WriteString("mode", StatusWords<SubscriberKind>.Of(row.Kind));
        json.WriteString(row.Kind == SubscriberKind.Email ? "email" : "endpoint", row.Target);
        json.WriteString("state", StatusWords<SubscriberState>.Of(row.State));
        json.WriteStartArray("components");
        foreach (var component in components)
        {
            json.WriteStringValue(component);
        }

        json.WriteEndArray();
        V2Writer.Time(json, "created_at", row.CreatedAt);
        if (secret is not null)
        {
            json.WriteString("secret", secret);
        }

        json.WriteEndObject();
    }

    /// <summary>It as text.</summary>
    public static string Text(SubscriberRow row, IEnumerable<string> components) =>
        Encoding.UTF8.GetString(V2Writer.Bytes(json => Write(json, row, components)));
}
