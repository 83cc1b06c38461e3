using System.CommandLine;
using Holdfast.Cli.BreakGlass;
using Holdfast.Cli.Commands.Nodes.Local;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Nodes;

/// <summary><c>holdfast node show [NODE]</c>: the edge on this machine, without control; with a name, what control knows of one.</summary>
internal static class NodeShowCommand
{
    public static Command Create(CliContext context)
    {
        var name = new Argument<string?>("NODE")
        {
            Description = "The edge's name, such as edge-1: asks control [default: the edge on this machine, without control].",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var node = LocalOrder.Node();
        var command = new Command("show", "Show the edge on this machine, or what control knows of one.") { name, node };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                if (result.GetValue(name) is not { } known)
                {
                    var edge = LocalEdge.Find(context, options.Data(result, context), result.GetValue(node));
                    await LocalShow.WriteAsync(context, edge, options.WantsJson(result), cancellationToken);
                    return;
                }

                using var control = options.Open(result, context);
                var path = $"/holdfast/v1/nodes/{Uri.EscapeDataString(known)}";
                var envelope = await control.CallAsync(HttpMethod.Get, path, null, cancellationToken);
                Listing.WriteOne(context, options.WantsJson(result), envelope.GetProperty("result"));
            }
        );
        return command;
    }
}
