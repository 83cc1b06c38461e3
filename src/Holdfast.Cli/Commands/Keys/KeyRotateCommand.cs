using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Keys;

/// <summary><c>holdfast key rotate</c></summary>
internal static class KeyRotateCommand
{
    public static Command Create(CliContext context)
    {
        var command = new Command("rotate", "Sign releases with a new key, which the old one announces.");
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                using var control = options.Open(result, context);
                var envelope = await control.CallAsync(HttpMethod.Post, KeyListCommand.Path, null, cancellationToken);
                var key = envelope.GetProperty("result");
                if (options.WantsJson(result))
                {
                    context.WriteJson(key.GetRawText());
                    return;
                }

                context.Out.WriteLine($"releases are signed with key {ZoneApi.Text(key, "id")} from now on");
                context.Error.WriteLine("make a new backup: the one before has the old key");
            }
        );
        return command;
    }
}
