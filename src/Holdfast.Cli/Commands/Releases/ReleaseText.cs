using System.Globalization;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Holdfast.Cli.Commands.Releases;

/// <summary>Releases as people read them.</summary>
internal static class ReleaseText
{
    private const int ShortId = 12;

    /// <summary>The states in which nothing more happens.</summary>
    private static readonly string[] Over = ["in_use", "good", "stopped", "aborted", "superseded", "replaced"];

    /// <summary>Whether a release's way is at its end. One that a pin holds waits for a person.</summary>
    public static bool IsOver(JsonElement release) => Over.Contains(ZoneApi.Text(release, "state"), StringComparer.Ordinal);

    /// <summary>Which release, with a long id cut.</summary>
    public static string Short(JsonElement release)
    {
        var title = ZoneApi.Text(release, "title");
        var isId = title.Length > ShortId && title == ZoneApi.Text(release, "name");
        var shown = isId ? title[..ShortId] + "…" : title;
        return Printable.From($"{ZoneApi.Text(release, "kind")}/{shown}@{ZoneApi.Text(release, "generation")}");
    }

    /// <summary>How it stands, in words.</summary>
    public static string State(JsonElement release)
    {
        var state = ZoneApi.Text(release, "state").Replace('_', ' ');
        return release.GetProperty("removed").GetBoolean() ? $"{state} (removal)" : state;
    }

    /// <summary>How many edges have it, of how many that were to.</summary>
    public static string Edges(JsonElement release)
    {
        var edges = release.GetProperty("edges");
        var full = Number(edges, "full");
        var all = edges.EnumerateObject().Sum(count => count.Value.GetInt32());
        return all == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{full} of {all}");
    }

    /// <summary>Who refused it, and why; else why its rollout ended.</summary>
    public static string Note(JsonElement release)
    {
        var failures = release.GetProperty("failures");
        if (failures.GetArrayLength() == 0)
        {
            return Printable.From(ZoneApi.Text(release, "reason"));
        }

        var first = failures[0];
        var edges = release.GetProperty("edges");
        var more = Number(edges, "refused") + Number(edges, "reverted") - 1;
        var others = more > 0 ? string.Create(CultureInfo.InvariantCulture, $" (and {more} more)") : "";
        return Printable.From($"{ZoneApi.Text(first, "node")} {ZoneApi.Text(first, "stage")} it: {ZoneApi.Text(first, "reason")}{others}");
    }

    /// <summary>A time of the API, to the second, UTC.</summary>
    public static string Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time)
            ? time.UtcDateTime.ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : "";

    /// <summary>All of it: where it is, what it waits for, its edges, what was decided.</summary>
    /// <param name="release">As the API shows one.</param>
    /// <param name="edges">Most edges that are listed.</param>
    /// <param name="decisions">Most of the newest decisions that are listed.</param>
    public static IEnumerable<IRenderable> Story(JsonElement release, int edges, int decisions)
    {
        yield return new Text($"{ReleaseReference.Of(release)}: {State(release)}", new Style(decoration: Decoration.Bold));
        yield return Facts(release);
        var list = release.GetProperty("edge_list").EnumerateArray().ToList();
        if (list.Count > 0)
        {
            yield return EdgeTable(list, edges);
        }

        if (list.Count > edges)
        {
            yield return new Text(string.Create(CultureInfo.InvariantCulture, $"and {list.Count - edges} more edges"));
        }

        var said = release.GetProperty("decisions").EnumerateArray().ToList();
        if (said.Count > 0)
        {
            yield return Decisions(said.Skip(Math.Max(0, said.Count - decisions)));
        }
    }

    private static Grid Facts(JsonElement release)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        void Add(string name, string? text)
        {
            if (!string.IsNullOrEmpty(text))
            {
                grid.AddRow(new Text(name), new Text(Printable.From(text)));
            }
        }

        Add("published", Time(ZoneApi.Text(release, "created_on")) + " UTC");
        Add("edges", $"{Edges(release)} have it in full");
        Add("waits for", ZoneApi.Text(release, "waits_for"));
        Add("reason", ZoneApi.Text(release, "reason"));
        Add("before it", ZoneApi.Text(release, "previous_generation") is { Length: > 0 } before ? $"generation {before}" : null);
        Add("taken back by", ZoneApi.Text(release, "revert_generation") is { Length: > 0 } back ? $"generation {back}" : null);
        if (release.GetProperty("pin") is { ValueKind: JsonValueKind.Object } pin)
        {
            Add("pinned", $"at generation {ZoneApi.Text(pin, "generation")} by {ZoneApi.Text(pin, "by")}: {ZoneApi.Text(pin, "reason")}");
        }

        Add("digest", ZoneApi.Text(release, "digest"));
        return grid;
    }

    // What has failed stands first: that is what is looked for at night.
    private static Table EdgeTable(List<JsonElement> edges, int most)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("edge", "wave", "stage", "share", "since", "why");
        foreach (var edge in edges.OrderByDescending(edge => ZoneApi.Text(edge, "stage") is "refused" or "reverted").Take(most))
        {
            var evidence = ZoneApi.Text(edge, "evidence");
            var why = ZoneApi.Text(edge, "reason") + (evidence.Length > 0 ? $" [{evidence}]" : "");
            table.AddRow(
                new Text(Printable.From(ZoneApi.Text(edge, "node"))),
                new Text(ZoneApi.Text(edge, "wave")),
                new Text(ZoneApi.Text(edge, "stage")),
                new Text(ZoneApi.Text(edge, "share") + "%"),
                new Text(Time(ZoneApi.Text(edge, "at"))),
                new Text(Printable.From(why))
            );
        }

        return table;
    }

    private static Grid Decisions(IEnumerable<JsonElement> decisions)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var decision in decisions)
        {
            var by = ZoneApi.Text(decision, "by") is "control" ? "" : $" ({ZoneApi.Text(decision, "by")})";
            grid.AddRow(new Text(Time(ZoneApi.Text(decision, "at"))), new Text(Printable.From(ZoneApi.Text(decision, "text") + by)));
        }

        return grid;
    }

    private static int Number(JsonElement item, string member) => item.GetProperty(member).GetInt32();
}
