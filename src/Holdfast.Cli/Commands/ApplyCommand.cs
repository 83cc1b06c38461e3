using System.CommandLine;
using Holdfast.Cli.Declarative;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast apply -f FILE</c></summary>
internal static class ApplyCommand
{
    public static Command Create(CliContext context)
    {
        var file = new Option<string>("--file", "-f")
        {
            HelpName = "FILE",
            Description = "The zones as they shall be, in YAML; 'export' writes such a file.",
            Required = true,
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what would change, and change nothing." };
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var deletes = new Option<int?>("--deletes")
        {
            HelpName = "NUMBER",
            Description = "How many records go; must be said when it is more than one.",
        };
        var command = new Command("apply", "Make zones as a file says; what the file does not name stays as it is.")
        {
            file,
            dryRun,
            yes,
            deletes,
        };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var path = Path.GetFullPath(result.GetRequiredValue(file), context.CurrentDirectory);
                var zones = ZoneFile.Read(path);
                using var control = options.Open(result, context);
                var plans = new List<ZonePlan>();
                foreach (var zone in zones)
                {
                    plans.Add(await ZonePlanner.PlanAsync(control, zone, cancellationToken));
                }

                var open = plans.Where(plan => !plan.IsEmpty).ToList();
                var report = options.WantsJson(result) ? context.Error : context.Out;
                foreach (var line in open.SelectMany(plan => plan.Lines()))
                {
                    report.WriteLine(Printable.From(line));
                }

                if (open.Count == 0 || result.GetValue(dryRun))
                {
                    Report(context, options.WantsJson(result), open, applied: false);
                    return;
                }

                CheckDeletes(open.Sum(plan => plan.Removed.Count), result.GetValue(deletes));
                if (!result.GetValue(yes) && !context.Confirm("change this?"))
                {
                    throw new CliFailure("nothing was changed", exitCode: CliFailure.Failed);
                }

                foreach (var plan in open)
                {
                    await PlanExecution.RunAsync(control, plan, cancellationToken);
                }

                Report(context, options.WantsJson(result), open, applied: true);
            }
        );
        return command;
    }

    // More than one thing is deleted only when the caller has said how many.
    private static void CheckDeletes(int count, int? said)
    {
        if (said is { } number ? number != count : count > 1)
        {
            throw new CliFailure(
                said is null ? $"{count} records would be removed" : $"{count} records would be removed, not {said}",
                $"look at the lines that begin with '-'; if that is meant, give --deletes {count}"
            );
        }
    }

    private static void Report(CliContext context, bool json, List<ZonePlan> open, bool applied)
    {
        if (json)
        {
            context.WriteJson(
                JsonText.Object(body =>
                {
                    body.WriteBoolean("applied", applied);
                    body.WriteStartArray("changes");
                    foreach (var line in open.SelectMany(plan => plan.Lines()))
                    {
                        body.WriteStringValue(line);
                    }

                    body.WriteEndArray();
                })
            );
        }
        else if (open.Count == 0)
        {
            context.Out.WriteLine("everything is as the file says");
        }
        else if (applied)
        {
            context.Out.WriteLine($"done: {open.Count} {(open.Count == 1 ? "zone" : "zones")} changed");
        }
    }
}
