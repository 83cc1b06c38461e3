using System.Globalization;
using Holdfast.Model.Lists;

namespace Holdfast.Artifacts.Lists;

/// <summary>The names of lists, as the rules language takes them behind the dollar sign.</summary>
public static class ListName
{
    /// <summary>What a name is, for messages.</summary>
    public static string Form { get; } =
        string.Create(
            CultureInfo.InvariantCulture,
            $"a lower case letter, then lower case letters, digits and _, at most {ListLimits.NameCharacters} in all"
        );

    /// <summary>Whether the text is one.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= ListLimits.NameCharacters
        && char.IsAsciiLetterLower(text[0])
        && !text.ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789_");
}
