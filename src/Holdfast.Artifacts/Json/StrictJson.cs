using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Holdfast.Releases.Intake;

namespace Holdfast.Artifacts.Json;

/// <summary>Reads JSON from outside without ever throwing for what it is.</summary>
public static class StrictJson
{
    /// <summary>Deepest nesting that is read.</summary>
    public const int MaxDepth = 32;

    private const int ShownCharacters = 60;

    /// <summary>Reads one JSON value (RFC 8259), without comments and trailing commas.</summary>
    /// <param name="bytes">The whole text.</param>
    /// <param name="problems">Gets what is wrong.</param>
    /// <param name="document">The value; the caller disposes it.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> bytes,
        ICollection<ArtifactProblem> problems,
        [NotNullWhen(true)] out JsonDocument? document
    )
    {
        try
        {
            document = JsonDocument.Parse(bytes.ToArray(), new JsonDocumentOptions { MaxDepth = MaxDepth });
            return true;
        }
        catch (JsonException e)
        {
            problems.Add(
                new ArtifactProblem(
                    "",
                    $"no JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {FirstSentence(e.Message)})",
                    $"JSON of at most {MaxDepth} levels"
                )
            );
            document = null;
            return false;
        }
    }

    /// <summary>The string's text, or null when it is no string or has no text (half a surrogate pair, bytes that are no UTF-8).</summary>
    public static string? TextOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>What stands there, short enough for a message.</summary>
    public static string Describe(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => TextOf(value) is { } text ? $"'{Shorten(text)}'" : "a string that is not valid Unicode",
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "an array",
            JsonValueKind.Null => "null",
            _ => Shorten(value.GetRawText()),
        };

    /// <summary>A pointer to a member (RFC 6901).</summary>
    public static string Pointer(string parent, string member) =>
        $"{parent}/{Shorten(member).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    private static string Shorten(string text) =>
        text.Length <= ShownCharacters ? text : string.Concat(text.AsSpan(0, ShownCharacters - 3), "...");

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? message.TrimEnd('.') : message[..end];
    }
}
