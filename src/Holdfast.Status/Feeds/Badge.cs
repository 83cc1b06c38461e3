using System.Net;
using System.Text;
using Holdfast.Status.Page;
using Holdfast.Status.ReadApi;

namespace Holdfast.Status.Feeds;

/// <summary>How the whole does, as a picture for a README or a foot line: <c>/badge.svg</c>.</summary>
internal static class Badge
{
    private const int PixelsPerCharacter = 7;

    /// <summary>The picture: the word "status" and the phrase.</summary>
    public static byte[] Write(PageView view)
    {
        var phrase = OverallStatus.Of(view.State).Description;
        var right = (phrase.Length * PixelsPerCharacter) + 20;
        var text = WebUtility.HtmlEncode(phrase);
        return Encoding.UTF8.GetBytes(
            string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"""
                <svg xmlns="http://www.w3.org/2000/svg" width="{56
                    + right}" height="20" role="img" aria-label="status: {text}"><title>status: {text}</title><clipPath id="r"><rect width="{56
                    + right}" height="20" rx="3"/></clipPath><g clip-path="url(#r)"><rect width="56" height="20" fill="#444c56"/><rect x="56" width="{right}" height="20" fill="{Color(
                    view
                )}"/></g><g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle"><text x="28" y="14">status</text><text x="{56
                    + (right / 2)}" y="14">{text}</text></g></svg>
                """
            )
        );
    }

    /// <summary>A dot of the state's colour, for the tab of a browser.</summary>
    public static byte[] Icon(PageView view) =>
        Encoding.UTF8.GetBytes(
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="{Color(view)}"/></svg>"""
        );

    private static string Color(PageView view) =>
        StatusTexts.Look(view.State.Indicator) switch
        {
            "critical" => "#b42318",
            "major" => "#b3470b",
            "minor" => "#8a6100",
            "maintenance" => "#275fae",
            _ => "#1a7f4b",
        };
}
