using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;
using Spectre.Console;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast zone list</c></summary>
internal static class ZoneListCommand
{
    public static Command Create(CliContext context)
    {
        var command = new Command("list", "List the zones.");
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                using var control = options.Open(result, context);
                var zones = control.ListAsync("/client/v4/zones", cancellationToken);
                if (options.WantsJson(result))
                {
                    await JsonArray.WriteAsync(context.Out, zones);
                    return;
                }

                var table = new Table().Border(TableBorder.Simple).AddColumns("zone", "origin", "status", "id");
                await foreach (var zone in zones)
                {
                    table.AddRow(
                        new Text(ZoneApi.Text(zone, "name")),
                        new Text(ZoneApi.Text(zone, "origin")),
                        new Text(ZoneApi.Text(zone, "status")),
                        new Text(ZoneApi.Text(zone, "id"))
                    );
                }

                if (table.Rows.Count == 0)
                {
                    context.Out.WriteLine(
                        $"no zones; add one with '{context.ProgramName} zone add example.com --origin https://192.0.2.10'"
                    );
                    return;
                }

                context.CreateConsole().Write(table);
            }
        );
        return command;
    }
}
