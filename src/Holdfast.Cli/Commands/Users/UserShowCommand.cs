using System.CommandLine;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Users;

/// <summary><c>holdfast user show USER</c></summary>
internal static class UserShowCommand
{
    public static Command Create(CliContext context) =>
        UserCommand.Create(
            context,
            "show",
            "Show one of the people who can sign in.",
            [],
            (_, user, _, json, _) =>
            {
                Listing.WriteOne(context, json, user);
                return Task.CompletedTask;
            }
        );
}
