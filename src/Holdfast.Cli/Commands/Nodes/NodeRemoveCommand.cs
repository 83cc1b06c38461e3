using System.CommandLine;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Nodes;

/// <summary><c>holdfast node remove NODE</c></summary>
internal static class NodeRemoveCommand
{
    public static Command Create(CliContext context)
    {
        var name = new Argument<string>("NODE") { Description = "The edge's name." };
        var command = new Command("remove", "Believe an edge no more; it serves on with what it has.") { name };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var node = result.GetRequiredValue(name);
                using var control = options.Open(result, context);
                var path = $"/holdfast/v1/nodes/{Uri.EscapeDataString(node)}";
                var envelope = await control.CallAsync(HttpMethod.Delete, path, null, cancellationToken);
                if (options.WantsJson(result))
                {
                    context.WriteJson(envelope.GetProperty("result").GetRawText());
                }
                else
                {
                    context.Out.WriteLine($"node {Printable.From(node)} is removed");
                }
            }
        );
        return command;
    }
}
