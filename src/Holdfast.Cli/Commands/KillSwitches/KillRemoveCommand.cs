using System.CommandLine;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.KillSwitches;

/// <summary><c>holdfast kill remove ID</c></summary>
internal static class KillRemoveCommand
{
    public static Command Create(CliContext context)
    {
        var id = new Argument<string>("ID") { Description = "The kill switch's id; 'kill list' shows it." };
        var command = new Command("remove", "Put what a kill switch has taken out back into use.") { id };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                using var control = options.Open(result, context);
                var path = $"/holdfast/v1/kill-switches/{Uri.EscapeDataString(result.GetRequiredValue(id))}";
                var envelope = await control.CallAsync(HttpMethod.Delete, path, null, cancellationToken);
                if (options.WantsJson(result))
                {
                    context.WriteJson(envelope.GetProperty("result").GetRawText());
                }
                else
                {
                    context.Out.WriteLine($"kill switch {Printable.From(result.GetRequiredValue(id))} is taken back");
                }
            }
        );
        return command;
    }
}
