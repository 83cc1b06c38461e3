using System.Globalization;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Holdfast.Cli.Commands.Releases;

/// <summary>A plan as people read it.</summary>
internal static class PlanText
{
    /// <summary>What would differ, with examples.</summary>
    /// <param name="subject">What is planned.</param>
    /// <param name="plan">As the API shows one.</param>
    public static IEnumerable<IRenderable> Of(string subject, JsonElement plan)
    {
        var live = ZoneApi.Text(plan, "live_generation");
        var requests = plan.GetProperty("requests").GetInt32();
        var compared = live == "0" ? "nothing of it is live" : $"beside generation {live}, which is live";
        yield return new Text(Printable.From($"{subject}: {compared}"), new Style(decoration: Decoration.Bold));
        if (ZoneApi.Text(plan, "problem") is { Length: > 0 } problem)
        {
            yield return new Text(Printable.From($"nothing was replayed by {ZoneApi.Text(plan, "node")}: {problem}"));
            yield break;
        }

        var since = ReleaseText.Time(ZoneApi.Text(plan, "oldest"));
        yield return new Text(
            Printable.From(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{requests} recent requests of {ZoneApi.Text(plan, "node")} replayed, the oldest from {since} UTC"
                )
            )
        );
        var changes = plan.GetProperty("changes").EnumerateArray().ToList();
        yield return changes.Count == 0 ? new Text("none of them would meet anything else") : Table(changes);
        foreach (var change in changes)
        {
            yield return Examples(change);
        }

        var cost = plan.GetProperty("microseconds");
        yield return new Text(
            string.Create(
                CultureInfo.InvariantCulture,
                $"microseconds a request, median: {cost.GetProperty("live").GetDouble():F1} live, {cost.GetProperty("candidate").GetDouble():F1} with it"
            )
        );
        foreach (var beyond in Beyond(plan))
        {
            yield return new Text(Printable.From($"beyond the limits: {beyond}"), new Style(decoration: Decoration.Bold));
        }

        if (ZoneApi.Text(plan, "note") is { Length: > 0 } note)
        {
            yield return new Text(Printable.From($"note: {note}"));
        }
    }

    /// <summary>What is beyond the limits, a sentence each; a control of before has none.</summary>
    public static IEnumerable<string> Beyond(JsonElement plan) =>
        plan.TryGetProperty("beyond_limits", out var limits) ? limits.EnumerateArray().Select(static text => text.GetString()!) : [];

    private static string NameOf(JsonElement change) => ZoneApi.Text(change, "what").Replace('_', ' ');

    private static Table Table(List<JsonElement> changes)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("difference", "requests", "share");
        foreach (var change in changes)
        {
            table.AddRow(
                new Text(Printable.From(NameOf(change))),
                new Text(ZoneApi.Text(change, "requests")),
                new Text(string.Create(CultureInfo.InvariantCulture, $"{change.GetProperty("share").GetDouble():F1}%"))
            );
        }

        return table;
    }

    private static Grid Examples(JsonElement change)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        grid.AddRow(new Text(Printable.From(NameOf(change))), new Text(""));
        foreach (var example in change.GetProperty("examples").EnumerateArray())
        {
            var rule = ZoneApi.Text(example, "rule");
            var by = rule.Length > 0 ? $" (rule {rule})" : "";
            grid.AddRow(
                new Text("  " + Printable.From(ZoneApi.Text(example, "ray"))),
                new Text(
                    Printable.From(
                        $"{ZoneApi.Text(example, "request")}: {ZoneApi.Text(example, "live")} -> {ZoneApi.Text(example, "candidate")}{by}"
                    )
                )
            );
        }

        return grid;
    }
}
