using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Terminal;
using Holdfast.Drills;
using Holdfast.Drills.Proving;
using Spectre.Console;

namespace Holdfast.Cli.Commands.Drills;

/// <summary><c>holdfast prove</c></summary>
internal static class ProveCommand
{
    /// <summary>Visitors' requests a second: few, because somebody else's may come to this machine too.</summary>
    private const int GentleRate = 100;

    public static Command Create(CliContext context)
    {
        var all = new Option<bool>("--all")
        {
            Description = "Hold the drills as well that load the machine; not where visitors are served.",
        };
        var json = CommonOptions.Json();
        var command = new Command(
            "prove",
            "Hold every drill that is safe beside a live system, and show each law of the design with its proof."
        )
        {
            all,
            json,
        };
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var drills = DrillCatalog.All.Where(drill => drill.IsGentle || result.GetValue(all));
                var series = new DrillSeries(context, GentleRate, json: false) { IsQuiet = true };
                var table = ProofTable.Of(await series.HoldAllAsync(drills, cancellationToken), context.Time.GetUtcNow());
                if (result.GetValue(json))
                {
                    context.WriteJson(table.ToJson());
                }
                else
                {
                    Show(table, context);
                }

                return table.Passed ? 0 : CliFailure.Failed;
            }
        );
        return command;
    }

    private static void Show(ProofTable proofs, CliContext context)
    {
        var date = proofs.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        var table = new Table().Border(TableBorder.Simple).AddColumns("law", "", "says", "proof", "date (UTC)");
        foreach (var proof in proofs.Laws)
        {
            table.AddRow(
                new Text(proof.Law.Number.ToString(CultureInfo.InvariantCulture)),
                proof.Held switch
                {
                    true => new Text("held", new Style(Color.Green)),
                    false => new Text("broken", new Style(Color.Red)),
                    null => new Text("-"),
                },
                new Text(proof.Law.Statement),
                new Text(ProofOf(proof)),
                new Text(proof.Held is null ? "" : date)
            );
        }

        context.CreateConsole().Write(table);
        var held = proofs.Laws.Count(static proof => proof.Held is true);
        var failed = string.Join(", ", proofs.Drills.Where(static drill => !drill.Passed).Select(static drill => drill.Drill.Name));
        context.Out.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{held} of {proofs.Laws.Count} laws held in {proofs.Drills.Count} drills{(failed.Length > 0 ? $"; failed: {failed}" : "")}"
            )
        );
    }

    private static string ProofOf(LawProof proof) =>
        proof.Held switch
        {
            true => string.Join(", ", proof.Drills),
            false => string.Join("; ", proof.Figures),
            null => proof.Law.Test is { } test ? $"no drill; the test {test}" : "no drill and no test of its own yet",
        };
}
