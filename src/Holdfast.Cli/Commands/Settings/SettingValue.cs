using System.Text.Json;

namespace Holdfast.Cli.Commands.Settings;

/// <summary>A setting's value as people type it, turned into the JSON that the setting has.</summary>
internal static class SettingValue
{
    /// <summary>Writes the member <c>value</c>.</summary>
    /// <param name="body">The request's object.</param>
    /// <param name="text">What was typed.</param>
    /// <param name="kind">What the setting is now: <c>1.2</c> is a text where the setting is one, and a number where it is a number.</param>
    public static void Write(Utf8JsonWriter body, string text, JsonValueKind kind)
    {
        body.WritePropertyName("value");
        if (text != "null" && kind == JsonValueKind.String)
        {
            body.WriteStringValue(text);
            return;
        }

        JsonDocument json;
        try
        {
            json = JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            body.WriteStringValue(text);
            return;
        }

        using (json)
        {
            json.RootElement.WriteTo(body);
        }
    }
}
