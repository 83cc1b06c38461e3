using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Nodes;

/// <summary><c>holdfast node show NODE</c></summary>
internal static class NodeShowCommand
{
    public static Command Create(CliContext context)
    {
        var name = new Argument<string>("NODE") { Description = "The edge's name, such as edge-1." };
        var command = new Command("show", "Show what control knows of one edge.") { name };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                using var control = options.Open(result, context);
                await foreach (var node in control.ListAsync("/holdfast/v1/nodes", cancellationToken))
                {
                    if (ZoneApi.Text(node, "name") == result.GetRequiredValue(name))
                    {
                        Listing.WriteOne(context, options.WantsJson(result), node);
                        return;
                    }
                }

                throw new CliFailure(
                    $"control knows no edge {Printable.From(result.GetRequiredValue(name))}",
                    "'node list' shows those that have reported",
                    CliFailure.NotFound
                );
            }
        );
        return command;
    }
}
