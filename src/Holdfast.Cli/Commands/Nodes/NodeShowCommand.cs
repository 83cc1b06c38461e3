using System.CommandLine;
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
                var path = $"/holdfast/v1/nodes/{Uri.EscapeDataString(result.GetRequiredValue(name))}";
                var envelope = await control.CallAsync(HttpMethod.Get, path, null, cancellationToken);
                Listing.WriteOne(context, options.WantsJson(result), envelope.GetProperty("result"));
            }
        );
        return command;
    }
}
