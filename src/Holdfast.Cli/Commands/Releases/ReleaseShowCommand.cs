using System.CommandLine;
using Holdfast.Cli.Terminal;
using Spectre.Console;

namespace Holdfast.Cli.Commands.Releases;

/// <summary><c>holdfast release show RELEASE</c></summary>
internal static class ReleaseShowCommand
{
    private const int ShownEdges = 50;
    private const int ShownDecisions = 50;

    public static Command Create(CliContext context)
    {
        var release = ReleaseReference.Argument();
        var command = new Command("show", "Show one release: how far it is, on which edges, and what was decided on which figures.")
        {
            release,
        };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var reference = ReleaseReference.Parse(result.GetRequiredValue(release));
                using var control = options.Open(result, context);
                var envelope = await control.CallAsync(HttpMethod.Get, reference.Path, null, cancellationToken);
                if (options.WantsJson(result))
                {
                    context.WriteJson(envelope.GetProperty("result").GetRawText());
                    return;
                }

                var console = context.CreateConsole();
                foreach (var part in ReleaseText.Story(envelope.GetProperty("result"), ShownEdges, ShownDecisions))
                {
                    console.Write(part);
                    console.WriteLine();
                }
            }
        );
        return command;
    }
}
