using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Cli.Terminal;
using Holdfast.Drills;
using Holdfast.Drills.Grading;
using Holdfast.Drills.Protections;
using Spectre.Console;

namespace Holdfast.Cli.Commands.Drills;

/// <summary><c>holdfast drill NAME|all|list</c></summary>
internal static class DrillCommand
{
    private const string All = "all";
    private const string List = "list";

    /// <summary>Requests a second that a drill can be asked for: fewer prove little, more are a benchmark.</summary>
    private const int LeastRate = 10;
    private const int MostRate = 20_000;

    public static Command Create(CliContext context)
    {
        var name = new Argument<string>("NAME") { Description = "A drill, 'all' of them, or 'list' to see which there are." };
        var rate = new Option<string?>("--rate")
        {
            HelpName = "N",
            Description = $"Visitors' requests a second [default: {DrillGround.DefaultRate}].",
        };
        var report = new Option<string?>("--report")
        {
            HelpName = "FILE",
            Description = "Write a page with the time lines to this file, too.",
        };
        var without = new Option<string?>("--without")
        {
            HelpName = "A,B,...",
            Description = "Hold it again with one protection less each time, and say what each bought; 'all' for all of the drill's.",
        };
        var json = CommonOptions.Json();
        var command = new Command(
            "drill",
            "Replay outages against a fleet of real processes, made for it and gone after it, and grade what visitors lost."
        )
        {
            name,
            rate,
            without,
            report,
            json,
        };
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var wanted = result.GetRequiredValue(name);
                if (wanted == List)
                {
                    ShowList(context, result.GetValue(json));
                    return 0;
                }

                var drills = Choose(wanted, context);
                var perSecond = ReadRate(result.GetValue(rate));
                var series = new DrillSeries(context, perSecond, result.GetValue(json));
                var walls = result.GetValue(without) is { } names ? ReadWalls(names, drills) : [];
                var reports = walls.Count == 0 ? await series.HoldAllAsync(drills, cancellationToken) : [];
                var bought = walls.Count == 0 ? null : await series.HoldWithoutAsync(drills[0], walls, cancellationToken);
                if (result.GetValue(report) is { } file)
                {
                    var page = HtmlReport.Render(bought?.Runs ?? reports, context.Time.GetUtcNow(), bought);
                    await WriteAsync(Path.GetFullPath(file, context.CurrentDirectory), page, context, cancellationToken);
                }

                return bought?.Passed ?? reports.All(static report => report.Passed) ? 0 : CliFailure.Failed;
            }
        );
        return command;
    }

    private static IReadOnlyList<Drill> Choose(string name, CliContext context) =>
        name == All
            ? DrillCatalog.All
            :
            [
                DrillCatalog.Find(name)
                    ?? throw new CliFailure(
                        $"there is no drill '{Printable.From(name)}'",
                        $"'{context.ProgramName} drill {List}' shows them",
                        CliFailure.NotFound
                    ),
            ];

    private static int ReadRate(string? text) =>
        text is null ? DrillGround.DefaultRate
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var rate) && rate is >= LeastRate and <= MostRate ? rate
        : throw new CliFailure($"--rate: '{Printable.From(text)}' is not a number from {LeastRate} to {MostRate}");

    private static IReadOnlyList<Protection> ReadWalls(string names, IReadOnlyList<Drill> drills)
    {
        if (drills.Count != 1)
        {
            throw new CliFailure("--without: name one drill; each has protections of its own");
        }

        var (walls, error) = Wall.Read(names, drills[0]);
        return error is null ? walls : throw new CliFailure($"--without: {Printable.From(error)}");
    }

    private static void ShowList(CliContext context, bool json)
    {
        if (json)
        {
            var drills = DrillCatalog.All.Select(static drill => new JsonObject
            {
                ["name"] = drill.Name,
                ["summary"] = drill.Summary,
                ["precedent"] = drill.Precedent,
            });
            context.WriteJson(new System.Text.Json.Nodes.JsonArray([.. drills]).ToJsonString());
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("drill", "what it does");
        foreach (var drill in DrillCatalog.All)
        {
            table.AddRow(new Text(drill.Name), new Text(drill.Summary));
        }

        context.CreateConsole().Write(table);
    }

    private static async Task WriteAsync(string file, string page, CliContext context, CancellationToken cancellationToken)
    {
        try
        {
            await File.WriteAllTextAsync(file, page, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure($"--report: {fault.Message}");
        }

        context.Error.WriteLine($"the page is {file}");
    }
}
