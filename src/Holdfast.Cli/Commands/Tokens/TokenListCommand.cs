using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Tokens;

/// <summary><c>holdfast token list</c></summary>
internal static class TokenListCommand
{
    public static Command Create(CliContext context)
    {
        var command = new Command("list", "List the API tokens.");
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                using var control = options.Open(result, context);
                await Listing.WriteAsync(
                    context,
                    options.WantsJson(result),
                    control.ListAsync(TokenApi.Path, cancellationToken),
                    "no tokens",
                    ("name", token => ZoneApi.Text(token, "name")),
                    ("status", token => ZoneApi.Text(token, "status")),
                    ("expires", token => ZoneApi.Text(token, "expires_on") is { Length: > 0 } end ? end : "never"),
                    ("last used", token => ZoneApi.Text(token, "last_used_on") is { Length: > 0 } last ? last : "never"),
                    ("id", token => ZoneApi.Text(token, "id"))
                );
            }
        );
        return command;
    }
}
