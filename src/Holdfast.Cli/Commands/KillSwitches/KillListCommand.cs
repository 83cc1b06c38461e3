using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.KillSwitches;

/// <summary><c>holdfast kill list</c></summary>
internal static class KillListCommand
{
    public static Command Create(CliContext context)
    {
        var command = new Command("list", "List what is out of use.");
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                using var control = options.Open(result, context);
                await Listing.WriteAsync(
                    context,
                    options.WantsJson(result),
                    control.ListAsync("/holdfast/v1/kill-switches", cancellationToken),
                    "nothing is out of use",
                    ("id", kill => ZoneApi.Text(kill, "id")),
                    ("subject", kill => ZoneApi.Text(kill, "subject")),
                    ("target", kill => ZoneApi.Text(kill, "target")),
                    ("zone", kill => ZoneApi.Text(kill, "zone")),
                    ("since", kill => ZoneApi.Text(kill, "created_on")),
                    ("reason", kill => ZoneApi.Text(kill, "reason"))
                );
            }
        );
        return command;
    }
}
