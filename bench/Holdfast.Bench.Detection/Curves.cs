using System.Globalization;
using System.Net;
using System.Text;

namespace Holdfast.Bench.Detection;

/// <summary>Cumulative curves as an SVG picture that can be read on white and on black.</summary>
internal static class Curves
{
    private const int Width = 760;
    private const int Height = 380;
    private const int Left = 50;
    private const int Top = 40;
    private const int Right = 20;
    private const int Bottom = 150;

    private static readonly string[] Colours = ["#2a7de1", "#d9480f", "#2b8a3e", "#9c36b5", "#868e96"];
    private static readonly string[] Dashes = ["", "6 3", "2 3", "8 3 2 3", "1 4"];

    public static string Svg(string title, IReadOnlyList<(string Name, List<int> Delays, int Of)> curves, int most)
    {
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" font-family="sans-serif" font-size="12" role="img">
            <title>{WebUtility.HtmlEncode(title)}</title>
            <rect width="100%" height="100%" fill="#fff"/>
            <text x="{Left}" y="22" font-size="15">{WebUtility.HtmlEncode(title)}</text>

            """
        );
        foreach (var share in new[] { 0, 0.25, 0.5, 0.75, 1 })
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<path d=\"M{Left} {Y(share):0.#}H{Width - Right}\" stroke=\"#ddd\"/><text x=\"{Left - 6}\" y=\"{Y(share) + 4:0.#}\" text-anchor=\"end\">{share * 100:0}%</text>\n"
            );
        }

        foreach (var second in new[] { 1, 3, 10, 30, 60, 120, 300, 600, 1_800, 3_600 }.Where(second => second <= most))
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<path d=\"M{X(second, most):0.#} {Top}V{Height - Bottom}\" stroke=\"#eee\"/><text x=\"{X(second, most):0.#}\" y=\"{Height - Bottom + 16}\" text-anchor=\"middle\">{second}</text>\n"
            );
        }

        for (var i = 0; i < curves.Count; i++)
        {
            var (name, delays, of) = curves[i];
            var path = new StringBuilder().Append(CultureInfo.InvariantCulture, $"M{X(1, most):0.#} {Y(0):0.#}");
            foreach (var group in delays.GroupBy(delay => delay))
            {
                var found = delays.Count(delay => delay <= group.Key) / (double)of;
                path.Append(CultureInfo.InvariantCulture, $"H{X(group.Key, most):0.#}V{Y(found):0.#}");
            }

            path.Append(CultureInfo.InvariantCulture, $"H{Width - Right}");
            var look = $"stroke=\"{Colours[i]}\" stroke-width=\"2\" fill=\"none\" stroke-dasharray=\"{Dashes[i]}\"";
            var y = Height - Bottom + 40 + (20 * i);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<path d=\"{path}\" {look}/><path d=\"M{Left} {y}h30\" {look}/><text x=\"{Left + 38}\" y=\"{y + 4}\">{WebUtility.HtmlEncode(name)}</text>\n"
            );
        }

        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>Seconds stand on a logarithmic scale.</summary>
    private static double X(double second, int most) => Left + ((Width - Left - Right) * Math.Log(Math.Max(1, second)) / Math.Log(most));

    private static double Y(double share) => Height - Bottom - ((Height - Top - Bottom) * share);
}
