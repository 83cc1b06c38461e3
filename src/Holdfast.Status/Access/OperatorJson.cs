using System.Text;
using System.Text.Json;
using Holdfast.Status.ReadApi;
using Holdfast.Status.Storage;

namespace Holdfast.Status.Access;

/// <summary>An operator in the API and in the audit log: never the password, never the second factor's secret.</summary>
internal static class OperatorJson
{
    /// <summary>Writes it.</summary>
    public static void Write(Utf8JsonWriter json, OperatorRow row)
    {
        json.WriteStartObject();
        json.WriteString("id", row.Id);
        json.WriteString("email", row.Email);
        json.WriteString("name", row.Name);
        json.WriteBoolean("second_factor", row.Totp is not null);
        V2Writer.Time(json, "created_at", row.CreatedAt);
        V2Writer.Time(json, "signed_in_at", row.SignedInAt);
        json.WriteEndObject();
    }

    /// <summary>It as text.</summary>
    public static string Text(OperatorRow row) => Encoding.UTF8.GetString(V2Writer.Bytes(json => Write(json, row)));
}
