using System.Text.Json;

namespace Holdfast.Cli.Terminal;

/// <summary>A JSON array, written as its items arrive, so that a million of them need no memory.</summary>
internal static class JsonArray
{
    /// <summary>Writes the array, one item a line.</summary>
    public static async Task WriteAsync(TextWriter writer, IAsyncEnumerable<JsonElement> items)
    {
        var before = "[";
        await foreach (var item in items)
        {
            writer.Write(before);
            writer.Write(item.GetRawText());
            before = ",\n";
        }

        writer.WriteLine(before == "[" ? "[]" : "]");
        writer.Flush();
    }
}
