using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Nodes;

/// <summary><c>holdfast node list</c></summary>
internal static class NodeListCommand
{
    public static Command Create(CliContext context)
    {
        var command = new Command("list", "List the edges that have joined or reported.");
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                using var control = options.Open(result, context);
                await Listing.WriteAsync(
                    context,
                    options.WantsJson(result),
                    control.ListAsync("/holdfast/v1/nodes", cancellationToken),
                    "no edge has reported yet",
                    ("node", node => ZoneApi.Text(node, "name")),
                    ("status", node => ZoneApi.Text(node, "status")),
                    ("joined", node => ZoneApi.Text(node, "joined_on")),
                    ("last seen", node => ZoneApi.Text(node, "last_seen_on")),
                    ("first seen", node => ZoneApi.Text(node, "first_seen_on"))
                );
            }
        );
        return command;
    }
}
