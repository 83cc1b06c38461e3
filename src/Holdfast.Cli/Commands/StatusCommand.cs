using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Supervision;
using Holdfast.Cli.Terminal;
using Spectre.Console;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast status</c></summary>
internal static class StatusCommand
{
    public static Command Create(CliContext context)
    {
        var data = CommonOptions.Data();
        var json = CommonOptions.Json();
        var command = new Command("status", "Show what runs, and whether it answers. Exit code 1 unless everything does.") { data, json };
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var directory = DataDirectory.At(
                    DataDirectory.Resolve(result.GetValue(data), context.Environment, context.CurrentDirectory)
                );
                var report = await StatusReport.TakeAsync(directory, cancellationToken);
                if (result.GetValue(json))
                {
                    context.WriteJson(report.ToJson());
                }
                else
                {
                    Show(report, directory, context);
                }

                return report.Healthy ? 0 : CliFailure.Failed;
            }
        );
        return command;
    }

    private static void Show(StatusReport report, DataDirectory directory, CliContext context)
    {
        if (!report.Running)
        {
            context.Out.WriteLine($"nothing runs on {directory.Root}; start it with '{context.ProgramName} up'");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("process", "id", "state", "restarts", "cache on disk", "answers at");
        foreach (var process in report.Processes)
        {
            table.AddRow(
                new Text(process.Name),
                new Text(process.Id.ToString(CultureInfo.InvariantCulture)),
                new Text(process.State, new Style(process.Healthy ? Color.Green : Color.Red)),
                new Text(process.Restarts.ToString(CultureInfo.InvariantCulture)),
                new Text(Shown(process.CacheDisk)),
                new Text(string.Join('\n', process.Urls))
            );
        }

        context.CreateConsole().Write(table);
    }

    private static string Shown(CacheDiskStatus? disk) =>
        disk switch
        {
            null => "",
            { State: "off" } => "off",
            { Problem: { } problem } => $"takes nothing: {problem}",
            { State: "open" } => string.Create(CultureInfo.InvariantCulture, $"{disk.Objects:N0} objects, {disk.Bytes / 1_048_576:N0} MiB"),
            _ => disk.State.Replace('_', ' '),
        };
}
