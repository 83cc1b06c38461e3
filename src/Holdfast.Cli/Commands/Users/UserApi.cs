using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Users;

/// <summary>What the user commands ask of the API; there the users are called operators.</summary>
internal static class UserApi
{
    /// <summary>Where the operators are.</summary>
    public const string Path = "/holdfast/v1/operators";

    /// <summary>The operator of that e-mail address or id.</summary>
    /// <exception cref="CliFailure">There is none.</exception>
    public static async Task<JsonElement> FindAsync(ControlClient control, string text, CancellationToken cancellationToken)
    {
        await foreach (var user in control.ListAsync(Path, cancellationToken))
        {
            if (ZoneApi.Text(user, "id") == text || ZoneApi.Text(user, "email").Equals(text.Trim(), StringComparison.OrdinalIgnoreCase))
            {
                return user;
            }
        }

        throw new CliFailure($"there is no user {Printable.From(text)}", "'user list' shows those there are", CliFailure.NotFound);
    }

    /// <summary>The path of an operator.</summary>
    public static string PathOf(JsonElement user) => $"{Path}/{ZoneApi.Text(user, "id")}";
}
