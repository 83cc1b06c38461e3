using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Cli.Drills;
using Holdfast.Cli.Terminal;
using Holdfast.Drills;
using Holdfast.Drills.Grading;
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
        var json = CommonOptions.Json();
        var command = new Command(
            "drill",
            "Replay outages against a fleet of real processes, made for it and gone after it, and grade what visitors lost."
        )
        {
            name,
            rate,
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
                var reports = await HoldAsync(drills, perSecond, result.GetValue(json), context, cancellationToken);
                if (result.GetValue(report) is { } file)
                {
                    await WriteAsync(Path.GetFullPath(file, context.CurrentDirectory), reports, context, cancellationToken);
                }

                return reports.All(static report => report.Passed) ? 0 : CliFailure.Failed;
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

    private static async Task<IReadOnlyList<DrillReport>> HoldAsync(
        IReadOnlyList<Drill> drills,
        int rate,
        bool json,
        CliContext context,
        CancellationToken cancellationToken
    )
    {
        var reports = new List<DrillReport>();
        foreach (var drill in drills)
        {
            context.Error.WriteLine($"{drill.Name}: {drill.Summary}");
            var began = context.Time.GetTimestamp();
            void Say(string what) =>
                context.Error.WriteLine(
                    string.Create(CultureInfo.InvariantCulture, $"{context.Time.GetElapsedTime(began).TotalSeconds, 6:0.0} s  {what}")
                );
            var directory = Directory.CreateTempSubdirectory("holdfast-drill-");
            var report = await new DrillGround(new DrilledProgram(), rate, directory.FullName, Say).HoldAsync(drill, cancellationToken);
            reports.Add(report);
            if (json)
            {
                context.WriteJson(report.ToJson());
            }
            else
            {
                Show(report, context);
            }

            if (report.Passed)
            {
                directory.Delete(recursive: true);
            }
            else
            {
                context.Error.WriteLine($"{drill.Name} failed; its machines' directories and logs are kept in {directory.FullName}");
            }
        }

        return reports;
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

    private static void Show(DrillReport report, CliContext context)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("law", "", "figure");
        foreach (var law in report.Laws)
        {
            table.AddRow(
                new Text(law.Law.ToString(CultureInfo.InvariantCulture)),
                new Text(law.Passed ? "held" : "broken", new Style(law.Passed ? Color.Green : Color.Red)),
                new Text(law.Figure)
            );
        }

        context.CreateConsole().Write(table);
        if (report.Fault is { } fault)
        {
            context.Out.WriteLine($"it could not be held to its end: {fault}");
        }

        foreach (var loss in report.Losses)
        {
            context.Out.WriteLine($"lost at {loss}");
        }

        context.Out.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Drill.Name}: {(report.Passed ? "passed" : "failed")}; {report.Lost:N0} of {report.Requests:N0} requests lost"
            )
        );
    }

    private static async Task WriteAsync(
        string file,
        IReadOnlyList<DrillReport> reports,
        CliContext context,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await File.WriteAllTextAsync(file, HtmlReport.Render(reports, context.Time.GetUtcNow()), cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure($"--report: {fault.Message}");
        }

        context.Error.WriteLine($"the page is {file}");
    }
}
