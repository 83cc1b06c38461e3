using System.CommandLine;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Tokens;

/// <summary><c>holdfast token show TOKEN</c></summary>
internal static class TokenShowCommand
{
    public static Command Create(CliContext context) =>
        TokenCommand.Create(
            context,
            "show",
            "Show what a token may do.",
            (_, token, json, _) =>
            {
                Listing.WriteOne(context, json, token);
                return Task.CompletedTask;
            }
        );
}
