using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Keys;

/// <summary><c>holdfast key list</c></summary>
internal static class KeyListCommand
{
    /// <summary>Where the keys are.</summary>
    public const string Path = "/holdfast/v1/signing_keys";

    public static Command Create(CliContext context)
    {
        var command = new Command("list", "List the keys whose releases are believed.");
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                using var control = options.Open(result, context);
                await Listing.WriteAsync(
                    context,
                    options.WantsJson(result),
                    control.ListAsync(Path, cancellationToken),
                    "no keys",
                    ("key", key => ZoneApi.Text(key, "id")),
                    ("status", key => ZoneApi.Text(key, "status"))
                );
            }
        );
        return command;
    }
}
