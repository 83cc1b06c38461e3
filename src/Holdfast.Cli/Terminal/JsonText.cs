using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Holdfast.Cli.Terminal;

/// <summary>Small JSON results, written member by member.</summary>
internal static class JsonText
{
    /// <summary>One object on one line.</summary>
    public static string Object(Action<Utf8JsonWriter> members)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
