using System.Globalization;

namespace Holdfast.Status.Page;

/// <summary>
/// A page's own colour, for the day and for the night. Links and buttons are in it, so it is darkened or lightened until it can be read on the
/// page's ground (contrast 4.5:1, WCAG 2.2 section 1.4.3), and stays as it is where it can.
/// </summary>
internal static class BrandColors
{
    private const double Contrast = 4.5;

    /// <summary>The grounds of page.css that text stands on, the one with the least contrast for dark and for light text.</summary>
    private static readonly (int, int, int) Day = (0xff, 0xff, 0xff);

    private static readonly (int, int, int) Night = (0x18, 0x1f, 0x27);

    /// <summary>The style that sets it; empty where the page has none of its own.</summary>
    /// <param name="color"><c>#rrggbb</c>, or null.</param>
    public static string Style(string? color) =>
        color is null
            ? ""
            : $":root{{--brand:{Readable(color, Day, (0, 0, 0))}}}@media (prefers-color-scheme:dark){{:root{{--brand:{Readable(color, Night, (255, 255, 255))}}}}}";

    /// <summary>The contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").</summary>
    internal static double Between((int R, int G, int B) one, (int R, int G, int B) other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    /// <summary>Reads <c>#rrggbb</c>.</summary>
    internal static (int R, int G, int B) Parse(string color)
    {
        var value = int.Parse(color.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return (value >> 16, (value >> 8) & 0xff, value & 0xff);
    }

    private static string Readable(string color, (int, int, int) ground, (int R, int G, int B) towards)
    {
        var (r, g, b) = Parse(color);
        const int steps = 20;
        for (var step = 0; ; step++)
        {
            var mixed = (Mix(r, towards.R), Mix(g, towards.G), Mix(b, towards.B));
            if (step == steps || Between(mixed, ground) >= Contrast)
            {
                return string.Create(CultureInfo.InvariantCulture, $"#{mixed.Item1:x2}{mixed.Item2:x2}{mixed.Item3:x2}");
            }

            int Mix(int from, int to) => from + ((to - from) * step / steps);
        }
    }

    private static double Luminance((int R, int G, int B) color)
    {
        return (0.2126 * Linear(color.R)) + (0.7152 * Linear(color.G)) + (0.0722 * Linear(color.B));

        static double Linear(int part)
        {
            var share = part / 255.0;
            return share <= 0.04045 ? share / 12.92 : Math.Pow((share + 0.055) / 1.055, 2.4);
        }
    }
}
