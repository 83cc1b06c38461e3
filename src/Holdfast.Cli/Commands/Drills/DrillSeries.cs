using System.Globalization;
using Holdfast.Cli.Drills;
using Holdfast.Cli.Terminal;
using Holdfast.Drills;
using Holdfast.Drills.Grading;
using Holdfast.Drills.Protections;
using Spectre.Console;

namespace Holdfast.Cli.Commands.Drills;

/// <summary>Holds drills one after the other, and shows what came of each.</summary>
/// <param name="context">Where it is shown.</param>
/// <param name="rate">Visitors' requests a second.</param>
/// <param name="json">Whether as a line of JSON each.</param>
internal sealed class DrillSeries(CliContext context, int rate, bool json)
{
    /// <summary>Holds drills with all protections.</summary>
    public async Task<IReadOnlyList<DrillReport>> HoldAllAsync(IEnumerable<Drill> drills, CancellationToken cancellationToken)
    {
        var reports = new List<DrillReport>();
        foreach (var drill in drills)
        {
            reports.Add(await HoldAsync(drill, [], cancellationToken));
        }

        return reports;
    }

    /// <summary>Holds a drill with all protections, and again with one less each time.</summary>
    public async Task<WithoutReport> HoldWithoutAsync(Drill drill, IReadOnlyList<Protection> walls, CancellationToken cancellationToken)
    {
        var runs = new List<DrillReport>();
        for (var gone = 0; gone <= walls.Count; gone++)
        {
            runs.Add(await HoldAsync(drill, [.. walls.Take(gone)], cancellationToken));
        }

        var report = new WithoutReport(drill, runs);
        if (!json)
        {
            Show(report);
        }

        return report;
    }

    private async Task<DrillReport> HoldAsync(Drill drill, IReadOnlyList<Protection> without, CancellationToken cancellationToken)
    {
        context.Error.WriteLine($"{drill.Name}: {drill.Summary}");
        var began = context.Time.GetTimestamp();
        void Say(string what) =>
            context.Error.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{context.Time.GetElapsedTime(began).TotalSeconds, 6:0.0} s  {what}")
            );
        var directory = Directory.CreateTempSubdirectory("holdfast-drill-");
        var ground = new DrillGround(new DrilledProgram(), rate, directory.FullName, Say);
        var report = await ground.HoldAsync(drill, without, cancellationToken);
        if (json)
        {
            context.WriteJson(report.ToJson());
        }
        else
        {
            Show(report);
        }

        // What breaks without its protections is as it should be.
        if (report.Passed || without.Count > 0)
        {
            directory.Delete(recursive: true);
        }
        else
        {
            context.Error.WriteLine($"{drill.Name} failed; its machines' directories and logs are kept in {directory.FullName}");
        }

        return report;
    }

    private void Show(DrillReport report)
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
                $"{report.Title}: {(report.Passed ? "passed" : "failed")}; {report.Lost:N0} of {report.Requests:N0} requests lost"
            )
        );
    }

    private void Show(WithoutReport report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("taken away", "lost", "edges died", "it bought");
        for (var index = 0; index < report.Runs.Count; index++)
        {
            var run = report.Runs[index];
            table.AddRow(
                new Text(index == 0 ? "nothing" : run.Without[^1].Name),
                new Text(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{run.Lost:N0} of {run.Requests:N0} ({WithoutReport.ShareOf(run) * 100:0.0}%)"
                    )
                ),
                new Text(run.EdgeDeaths.ToString(CultureInfo.InvariantCulture)),
                new Text(index == 0 ? "" : report.Bought(index))
            );
        }

        context.CreateConsole().Write(table);
        context.Out.WriteLine($"{report.Drill.Name}: {report.Verdict}");
    }
}
