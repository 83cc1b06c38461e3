using System.Globalization;

namespace Holdfast.Control.Records.Content;

/// <summary>Contents as texts, with the priority before them where a type has one.</summary>
internal static class RecordContent
{
    /// <summary>Reads what the API was given: the priority may stand before the rest.</summary>
    /// <returns>The canonical content, null when it is none of this type; and the priority, null when it was not there.</returns>
    public static (string? Content, int? Priority) Read(RecordType type, string text)
    {
        var trimmed = text.Trim();
        if (type.FromContent(trimmed) is { } content)
        {
            return (content, null);
        }

        return type.HasPriority && PresentationWord.Split(trimmed) is { Count: > 1 } words
            ? FromZoneFile(type, [.. words], null)
            : (null, null);
    }

    /// <summary>Reads what a zone file says, the priority first where the type has one.</summary>
    public static (string? Content, int? Priority) FromZoneFile(RecordType type, ReadOnlySpan<PresentationWord> words, string? origin)
    {
        if (words.Length == 0)
        {
            return (null, null);
        }

        if (!type.HasPriority)
        {
            return (type.FromWords(words, origin), null);
        }

        return
            words[0] is { Quoted: false, Escaped: false } first
            && ushort.TryParse(first.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var priority)
            ? (words.Length > 1 ? type.FromWords(words[1..], origin) : null, priority)
            : (null, null);
    }
}
