using System.Globalization;

namespace Holdfast.Cli.Terminal;

/// <summary>Text from outside (a visitor's path, a zone's name), made safe for a terminal.</summary>
internal static class Printable
{
    /// <summary>The text with every control and formatting character replaced by <c>\xNN</c> or <c>\uNNNN</c>, so that it cannot steer the terminal.</summary>
    public static string From(string? text)
    {
        if (text is null)
        {
            return "";
        }

        return text.All(IsSafe)
            ? text
            : string.Concat(
                text.Select(c =>
                    IsSafe(c) ? c.ToString()
                    : c < 256 ? string.Create(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}")
                    : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")
                )
            );
    }

    private static bool IsSafe(char c) =>
        !char.IsControl(c)
        && char.GetUnicodeCategory(c)
            is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
