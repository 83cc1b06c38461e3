using System.Globalization;
using System.Text;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Page;

namespace Holdfast.Status.Incidents;

/// <summary>What a post-mortem begins with: what the page knows itself. The rest is for people to write.</summary>
internal static class PostMortem
{
    /// <summary>Characters of an update that the time line repeats.</summary>
    private const int Words = 160;

    /// <summary>Updates that the time line repeats: they leave half of a body's length to people.</summary>
    private const int MostUpdates = 50;

    /// <summary>In Markdown: how long it took, the time line, and for each component how long it was not well and its uptime of 90 days.</summary>
    /// <param name="incident">The incident; one that is not over is told up to now.</param>
    /// <param name="view">The page.</param>
    public static string Draft(Incident incident, PageView view)
    {
        var over = incident.ResolvedAt ?? view.Now;
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"## In short\n\n{incident.Name} began on {view.Text(incident.StartedAt)} and was over after {PageView.Text(over - incident.StartedAt)}. What happened, who noticed, and why:\n\n"
        );
        text.Append("## Time line\n\n");
        text.Append(CultureInfo.InvariantCulture, $"- {view.Text(incident.StartedAt)}: it began\n");
        if (incident.Updates is [.., { } first] && first.DisplayAt > incident.StartedAt)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"- {view.Text(first.DisplayAt)}: the first public word, {PageView.Text(first.DisplayAt - incident.StartedAt)} after it began\n"
            );
        }

        var updates = incident.Updates.Reverse().Where(update => update.Status != IncidentStatus.Postmortem).ToList();
        foreach (var update in updates.Take(MostUpdates))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"- {view.Text(update.DisplayAt)}: {StatusTexts.Text(update.Status)}. {Short(update.Body)}\n"
            );
        }

        if (updates.Count > MostUpdates)
        {
            text.Append(CultureInfo.InvariantCulture, $"- and {updates.Count - MostUpdates} updates more\n");
        }

        Components(text, incident, view, over);
        text.Append("\n## What we change\n\n");
        return text.ToString();
    }

    private static void Components(StringBuilder text, Incident incident, PageView view, DateTimeOffset over)
    {
        var components = view
            .State.Components.Where(component => !component.IsGroup && incident.ComponentIds.Contains(component.Id))
            .OrderBy(component => component.Position)
            .ToList();
        if (components.Count == 0)
        {
            return;
        }

        text.Append(
            "\n## Components\n\n| component | major outage | partial outage | degraded | uptime of 90 days |\n|---|---|---|---|---|\n"
        );
        var first = view.StartOf(view.Today.AddDays(1 - StatusPageLimits.UptimeDays));
        foreach (var component in components)
        {
            var history = view.Snapshot.HistoryOf(component);
            var during = history.Times(incident.StartedAt, over, component.StartedAt);
            var uptime = history.Times(first, view.Now, component.StartedAt).Uptime;
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {component.Name.Replace('|', '/')} | {Span(during.Major)} | {Span(during.Partial)} | {Span(during.Degraded)} | {(uptime is { } share ? PageView.Percent(share) : "none yet")} |\n"
            );
        }
    }

    private static string Span(TimeSpan time) => time <= TimeSpan.Zero ? "none" : PageView.Text(time);

    /// <summary>An update's words in one line.</summary>
    private static string Short(string body)
    {
        var line = string.Join(
            ' ',
            body.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        );
        return line.Length <= Words
            ? line
            : string.Concat(line.AsSpan(0, char.IsHighSurrogate(line[Words - 2]) ? Words - 2 : Words - 1), "…");
    }
}
