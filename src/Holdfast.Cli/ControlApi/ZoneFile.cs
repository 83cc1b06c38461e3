using System.Text.Json;
using Holdfast.Model.Zones;

namespace Holdfast.Cli.ControlApi;

/// <summary>
/// A file of zones, a line each: <c>{"name":"example.com","origin":"http://192.0.2.1"}</c> or <c>example.com,http://192.0.2.1</c>. Empty lines,
/// lines that begin with <c>#</c> and a first line <c>name,origin</c> are passed over. What it cannot read it says of that line alone.
/// </summary>
internal static class ZoneFile
{
    /// <summary>Longest line in characters: a name, an origin, and room.</summary>
    public const int MaxLine = 4096;

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="number">Its number, from 1.</param>
    /// <returns>The zone, or what is wrong; null for a line that holds none.</returns>
    public static ZoneLine? Read(string line, long number)
    {
        var text = line.Trim();
        if (text.Length == 0 || text[0] == '#' || (number == 1 && text.Replace(" ", "", StringComparison.Ordinal) == "name,origin"))
        {
            return null;
        }

        if (text.Length > MaxLine)
        {
            return new ZoneLine(number, Error: $"the line has {text.Length} characters; at most {MaxLine} are read");
        }

        var (name, origin, error) = text[0] == '{' ? ReadJson(text) : ReadCsv(text);
        OriginUrl? url = null;
        if (error is null && ZoneName.TryNormalize(name, out name, out error) && origin is not null)
        {
            OriginUrl.TryParse(origin, out url, out error);
        }

        return error is null ? new ZoneLine(number, name, url?.ToString()) : new ZoneLine(number, Error: error);
    }

    private static (string? Name, string? Origin, string? Error) ReadCsv(string text)
    {
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || text.IndexOf(',', comma + 1) >= 0)
        {
            return (null, null, "it is not name,origin");
        }

        var origin = Unquoted(text[(comma + 1)..]);
        return (Unquoted(text[..comma]), origin.Length == 0 ? null : origin, null);
    }

    private static string Unquoted(string cell)
    {
        var text = cell.Trim();
        return text.Length >= 2 && text[0] == '"' && text[^1] == '"' ? text[1..^1] : text;
    }

    private static (string? Name, string? Origin, string? Error) ReadJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
            string? name = null;
            string? origin = null;
            foreach (var member in document.RootElement.EnumerateObject())
            {
                var isText = member.Value.ValueKind == JsonValueKind.String;
                switch (member.Name)
                {
                    case "name" when isText:
                        name = member.Value.GetString();
                        break;
                    case "origin" when isText:
                        origin = member.Value.GetString();
                        break;
                    case "origin" when member.Value.ValueKind == JsonValueKind.Null:
                        break;
                    default:
                        return (null, null, $"its member '{member.Name}' is not name or origin with a text");
                }
            }

            return name is null ? (null, null, "it has no name") : (name, origin, null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (null, null, $"it is not JSON: {e.Message}");
        }
    }
}

/// <summary>A line of a file of zones.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Name">The zone's canonical name.</param>
/// <param name="Origin">Its origin, or null.</param>
/// <param name="Error">What is wrong with the line, or null.</param>
internal sealed record ZoneLine(long Number, string? Name = null, string? Origin = null, string? Error = null);
