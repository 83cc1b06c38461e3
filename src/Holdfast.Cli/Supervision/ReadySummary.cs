using System.Globalization;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;
using Spectre.Console;

namespace Holdfast.Cli.Supervision;

/// <summary>What a person sees when <c>up</c> is ready: what listens where, the admin token at the first start, what to try.</summary>
/// <param name="context">Where it is written.</param>
/// <param name="options">What <c>up</c> was asked to do.</param>
/// <param name="state">Where everything answers.</param>
/// <param name="edge1">edge-1's listeners, all of them.</param>
internal sealed class ReadySummary(CliContext context, UpOptions options, RunState state, EdgeListeners edge1)
{
    /// <summary>Writes it.</summary>
    /// <param name="adminToken">The first admin token at the start that made it, or null.</param>
    /// <param name="taken">How long the start took.</param>
    public void Write(string? adminToken, TimeSpan taken)
    {
        var console = context.CreateConsole();
        var grid = new Grid().AddColumn(new GridColumn().PadLeft(2).PadRight(3).NoWrap()).AddColumn();
        void Row(string name, string text) => grid.AddRow(new Text(name, new Style(Color.Grey)), new Text(text));

        Row("sites", string.Join('\n', Sites()));
        foreach (var edge in state.Edges.Skip(1))
        {
            Row(edge.Name, $"{edge.Http}\n{edge.Https}");
        }

        Row("control", state.Control);
        if (state.Status is { } status)
        {
            Row("status page", status);
        }

        if (state.Nodes is { } nodes)
        {
            Row("nodes", $"{nodes}\nfor edges on other machines: '{Program} node invite NAME' lets one join");
        }

        Row("data", options.DataDirectory);
        if (options.Origin is { } origin)
        {
            Row("origin", $"every host without a zone of its own is served from {origin}");
        }

        if (adminToken is not null)
        {
            Row(
                "token",
                options.AdminToken is null
                    ? $"{adminToken}\nthe admin token, shown this once: keep it"
                    : "the admin token is the one in HOLDFAST_ADMIN_TOKEN"
            );
        }

        console.WriteLine();
        console.Write(new Text($"Holdfast {CliContext.Version} is ready", new Style(Color.Green, decoration: Decoration.Bold)));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $" after {taken.TotalSeconds:0.0} s"));
        console.WriteLine();
        console.Write(grid);
        console.WriteLine();

        var next = new Grid().AddColumn(new GridColumn().PadLeft(2).PadRight(3).NoWrap()).AddColumn();
        void Next(string name, string text) => next.AddRow(new Text(name, new Style(Color.Grey)), new Text(text));
        Next("try it", $"curl -i {state.Edges[0].Http}/");
        Next("add a site", $"{Program} zone add example.com --origin https://192.0.2.10{DataFlag}");
        Next("trust https", $"{Program} cert trust{DataFlag}");
        Next("stop", "Ctrl-C");
        console.Write(next);
        console.WriteLine();
        context.Out.Flush();
    }

    private string Program => context.ProgramName;

    private string DataFlag =>
        options.DataDirectory == Path.GetFullPath(UpOptions.DefaultDataDirectory, context.CurrentDirectory)
            ? ""
            : $" --data {options.DataDirectory}";

    private IEnumerable<string> Sites() =>
        edge1.Http.Select(socket => Listeners.Url("http", socket)).Concat(edge1.Https.Select(socket => Listeners.Url("https", socket)));
}
