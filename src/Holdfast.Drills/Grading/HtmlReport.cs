using System.Globalization;
using System.Net;
using System.Text;
using Holdfast.Drills.Visitors;

namespace Holdfast.Drills.Grading;

/// <summary>Reports as one page that needs nothing else: figures, laws, and each drill's time line as a drawing.</summary>
public static class HtmlReport
{
    private const double Width = 960;
    private const double Height = 180;
    private const double Foot = 24;

    private const string Style = """
        :root{color-scheme:light dark;--ink:#1b1f24;--soft:#59636e;--line:#d1d9e0;--ground:#fff;--good:#1a7f37;--bad:#cf222e;--load:#0969da}
        @media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--line:#3d444d;--ground:#0d1117;--good:#3fb950;--bad:#f85149;--load:#4493f8}}
        body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground);max-width:60rem;margin:2rem auto;padding:0 1rem}
        h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2.5rem;border-top:1px solid var(--line);padding-top:1.5rem}
        p.soft,td.soft,figcaption{color:var(--soft)}.good{color:var(--good)}.bad{color:var(--bad)}
        table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
        svg{width:100%;height:auto;font:11px system-ui,sans-serif}figure{margin:1rem 0}ol{padding-left:1.2rem}
        """;

    /// <summary>The page.</summary>
    /// <param name="reports">What came of the drills, in their order.</param>
    /// <param name="made">When, in UTC.</param>
    /// <param name="bought">The same, where one drill was held without its protections; null otherwise.</param>
    public static string Render(IReadOnlyList<DrillReport> reports, DateTimeOffset made, WithoutReport? bought = null)
    {
        var page = new StringBuilder();
        var passed = reports.Count(static report => report.Passed);
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Holdfast drills</title>")
            .Append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><style>")
            .Append(Style)
            .Append("</style></head><body><h1>Holdfast drills</h1><p class=\"soft\">")
            .Append(CultureInfo.InvariantCulture, $"{made.UtcDateTime:yyyy-MM-dd HH:mm} UTC: {passed} of {reports.Count} passed</p>");
        if (bought is not null)
        {
            Compare(page, bought);
        }

        Summarise(page, reports);
        for (var index = 0; index < reports.Count; index++)
        {
            Describe(page, reports[index], index);
        }

        return page.Append("</body></html>\n").ToString();
    }

    private static void Summarise(StringBuilder page, IReadOnlyList<DrillReport> reports)
    {
        page.Append("<table><thead><tr><th>Drill<th>Result<th>Requests<th>Lost<th>p99<th>Back after</tr></thead><tbody>");
        for (var index = 0; index < reports.Count; index++)
        {
            var report = reports[index];
            page.Append(
                    CultureInfo.InvariantCulture,
                    $"<tr><td><a href=\"#drill-{index + 1}\">{Text(report.Title)}</a><td>{Verdict(report.Passed)}"
                )
                .Append(
                    CultureInfo.InvariantCulture,
                    $"<td>{report.Requests:N0}<td>{report.Lost:N0}<td>{report.P99Milliseconds:0.0} ms<td>"
                )
                .Append(report.RevertSeconds is { } back ? FormattableString.Invariant($"{back:0.0} s") : "")
                .Append("</tr>");
        }

        page.Append("</tbody></table>");
    }

    /// <summary>What each protection bought.</summary>
    private static void Compare(StringBuilder page, WithoutReport bought)
    {
        page.Append(CultureInfo.InvariantCulture, $"<p><b>{Text(bought.Drill.Name)}: {Text(bought.Verdict)}.</b></p>")
            .Append("<table><thead><tr><th>Taken away<th>So that<th>Lost<th>Edges died<th>It bought</tr></thead><tbody>");
        for (var index = 0; index < bought.Runs.Count; index++)
        {
            var run = bought.Runs[index];
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{(index == 0 ? "nothing" : Text(run.Without[^1].Name))}")
                .Append(CultureInfo.InvariantCulture, $"<td>{(index == 0 ? "" : Text(run.Without[^1].Absence))}")
                .Append(CultureInfo.InvariantCulture, $"<td>{run.Lost:N0} of {run.Requests:N0} ({WithoutReport.ShareOf(run) * 100:0.0}%)")
                .Append(CultureInfo.InvariantCulture, $"<td>{run.EdgeDeaths}<td>{(index == 0 ? "" : Text(bought.Bought(index)))}</tr>");
        }

        page.Append("</tbody></table>");
    }

    private static void Describe(StringBuilder page, DrillReport report, int index)
    {
        page.Append(
            CultureInfo.InvariantCulture,
            $"<h2 id=\"drill-{index + 1}\">{Text(report.Title)}</h2><p>{Text(report.Drill.Summary)}.</p>"
        );
        if (report.Drill.Precedent is { } precedent)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">What happened then: {Text(precedent)}.</p>");
        }

        if (report.Fault is { } fault)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"bad\">It could not be held to its end: {Text(fault)}</p>");
        }

        page.Append("<table><thead><tr><th>Law<th>Result<th>Figure</tr></thead><tbody>");
        foreach (var law in report.Laws)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{law.Law}<td>{Verdict(law.Passed)}<td>{Text(law.Figure)}</tr>");
        }

        page.Append("</tbody></table>");
        if (report.Drill.Chronicle is { } then)
        {
            Confront(page, report, then);
        }

        Draw(page, report);
        foreach (var loss in report.Losses)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">lost: {Text(loss)}</p>");
        }
    }

    /// <summary>What happened then, to the minute, beside what happened here, to the second: both from the cause on.</summary>
    private static void Confront(StringBuilder page, DrillReport report, Chronicle then)
    {
        page.Append("<table><thead><tr><th>Then<th>UTC<th>What happened<th>Here<th>What happened</tr></thead><tbody>");
        var here = report.Timeline.Events.Where(happened => report.CauseAt is { } cause && happened.At >= cause).ToList();
        for (var row = 0; row < Math.Max(then.Entries.Count, here.Count); row++)
        {
            if (row < then.Entries.Count)
            {
                var entry = then.Entries[row];
                page.Append(
                    CultureInfo.InvariantCulture,
                    $"<tr><td>+{then.MinutesTo(entry)} min<td class=\"soft\">{Text(entry.Utc)}<td>{Text(entry.What)}"
                );
            }
            else
            {
                page.Append("<tr><td><td><td>");
            }

            page.Append(
                row < here.Count
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"<td>+{here[row].At - report.CauseAt:0.0} s<td>{Text(here[row].What)}</tr>"
                    )
                    : "<td><td></tr>"
            );
        }

        page.Append(CultureInfo.InvariantCulture, $"</tbody></table><p class=\"soft\">Then: {Text(then.Source)}.</p>");
    }

    /// <summary>Answers a second as an area, losses as bars from the top, what the drill did as numbered marks.</summary>
    private static void Draw(StringBuilder page, DrillReport report)
    {
        var steps = report.Timeline.Steps;
        if (steps.Count == 0)
        {
            return;
        }

        var most = Math.Max(1, steps.Max(static step => step.Answered + step.Lost));
        var across = Width / steps.Count;
        page.Append(
                CultureInfo.InvariantCulture,
                $"<figure><svg viewBox=\"0 0 {Width} {Height + Foot}\" role=\"img\" aria-label=\"Time line of {report.Drill.Name}\">"
            )
            .Append("<path fill=\"var(--load)\" fill-opacity=\".35\" d=\"M0,180");
        for (var index = 0; index < steps.Count; index++)
        {
            var top = Height - (Height * steps[index].Answered / most);
            page.Append(CultureInfo.InvariantCulture, $"L{index * across:0.0},{top:0.0}L{(index + 1) * across:0.0},{top:0.0}");
        }

        page.Append(CultureInfo.InvariantCulture, $"L{Width},{Height}Z\"/>");
        for (var index = 0; index < steps.Count; index++)
        {
            if (steps[index].Lost > 0)
            {
                var tall = Math.Max(4, Height * steps[index].Lost / most);
                page.Append(
                    CultureInfo.InvariantCulture,
                    $"<rect fill=\"var(--bad)\" x=\"{index * across:0.0}\" y=\"0\" width=\"{Math.Max(across, 2):0.0}\" height=\"{tall:0.0}\"/>"
                );
            }
        }

        Mark(page, report.Timeline.Events, steps.Count * Timeline.StepSeconds);
        page.Append(
            CultureInfo.InvariantCulture,
            $"</svg><figcaption>Answers in each tenth of a second, up to {most}; what was lost is red.</figcaption></figure><ol>"
        );
        foreach (var (at, what) in report.Timeline.Events)
        {
            page.Append(CultureInfo.InvariantCulture, $"<li>{at:0.0} s: {Text(what)}");
        }

        page.Append("</ol>");
    }

    private static void Mark(StringBuilder page, IReadOnlyList<TimelineEvent> events, double seconds)
    {
        var number = 0;
        foreach (var (at, _) in events)
        {
            number++;
            var x = Math.Min(at / seconds, 1) * Width;
            page.Append(
                    CultureInfo.InvariantCulture,
                    $"<line x1=\"{x:0.0}\" x2=\"{x:0.0}\" y1=\"0\" y2=\"{Height}\" stroke=\"var(--soft)\" stroke-dasharray=\"2 3\"/>"
                )
                .Append(
                    CultureInfo.InvariantCulture,
                    $"<text x=\"{Math.Min(x, Width - 14):0.0}\" y=\"{Height + 12 + (number % 2 * 11)}\" fill=\"var(--soft)\">{number}</text>"
                );
        }
    }

    private static string Verdict(bool passed) => passed ? "<span class=\"good\">held</span>" : "<span class=\"bad\">broken</span>";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
