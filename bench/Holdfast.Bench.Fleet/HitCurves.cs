using System.Globalization;
using System.Net;
using System.Text;

namespace Holdfast.Bench.Fleet;

/// <summary>Cumulative curves over shares from one in a billion to all, as an SVG picture that can be read on white and on black.</summary>
internal static class HitCurves
{
    private const int Width = 760;
    private const int Left = 50;
    private const int Top = 40;
    private const int Right = 20;
    private const int PlotBottom = 250;

    // Powers of ten of the axis.
    private const int Least = -9;

    private static readonly string[] Colours = ["#2a7de1", "#d9480f", "#2b8a3e", "#9c36b5", "#868e96"];
    private static readonly string[] Dashes = ["", "6 3", "2 3", "8 3 2 3", "1 4", "12 4", "4 2", "3 6", "10 2 2 2"];

    public static string Svg(string title, IReadOnlyList<(string Name, double[] Sorted)> curves)
    {
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {PlotBottom
                + 50
                + (20 * ((curves.Count + 1) / 2))}" font-family="sans-serif" font-size="12" role="img">
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

        string[] names = ["1 in 10⁹", "1 in 10⁸", "1 in 10⁷", "1 ppm", "10 ppm", "0.01%", "0.1%", "1%", "10%", "100%"];
        for (var power = Least; power <= 0; power++)
        {
            var x = X(Math.Pow(10, power));
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<path d=\"M{x:0.#} {Top}V{PlotBottom}\" stroke=\"#eee\"/><text x=\"{x:0.#}\" y=\"{PlotBottom + 16}\" text-anchor=\"middle\">{names[power - Least]}</text>\n"
            );
        }

        for (var i = 0; i < curves.Count; i++)
        {
            var (name, sorted) = curves[i];
            var path = new StringBuilder().Append(CultureInfo.InvariantCulture, $"M{X(0):0.#} {Y(0):0.#}");
            for (var run = 0; run < sorted.Length; run++)
            {
                path.Append(CultureInfo.InvariantCulture, $"H{X(sorted[run]):0.#}V{Y((run + 1.0) / sorted.Length):0.#}");
            }

            path.Append(CultureInfo.InvariantCulture, $"H{Width - Right}");
            var look =
                $"stroke=\"{Colours[i % Colours.Length]}\" stroke-width=\"2\" fill=\"none\" stroke-dasharray=\"{Dashes[i % Dashes.Length]}\"";
            var (column, y) = (Left + (i % 2 * 350), PlotBottom + 40 + (20 * (i / 2)));
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<path d=\"{path}\" {look}/><path d=\"M{column} {y}h30\" {look}/><text x=\"{column + 38}\" y=\"{y + 4}\">{WebUtility.HtmlEncode(name)}</text>\n"
            );
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static double X(double share) =>
        Left + (Math.Clamp((Math.Log10(Math.Max(share, 1e-12)) - Least) / -Least, 0, 1) * (Width - Left - Right));

    private static double Y(double share) => PlotBottom - (share * (PlotBottom - Top));
}
