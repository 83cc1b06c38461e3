using System.CommandLine;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Users;

/// <summary><c>holdfast user remove USER</c></summary>
internal static class UserRemoveCommand
{
    public static Command Create(CliContext context) =>
        UserCommand.Create(
            context,
            "remove",
            "Remove a user, with sessions and API key.",
            [],
            async (control, user, _, json, cancellationToken) =>
            {
                await control.CallAsync(HttpMethod.Delete, UserApi.PathOf(user), null, cancellationToken);
                UserCommand.Show(context, json, user, "is removed");
            }
        );
}
