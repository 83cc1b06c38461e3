using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Users;

/// <summary><c>holdfast user list</c></summary>
internal static class UserListCommand
{
    public static Command Create(CliContext context)
    {
        var command = new Command("list", "List the people who can sign in.");
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                using var control = options.Open(result, context);
                await Listing.WriteAsync(
                    context,
                    options.WantsJson(result),
                    control.ListAsync(UserApi.Path, cancellationToken),
                    "no users; 'user add' makes one",
                    ("email", user => ZoneApi.Text(user, "email")),
                    ("role", user => ZoneApi.Text(user, "role")),
                    ("status", user => Is(user, "disabled") ? "disabled" : "active"),
                    ("second factor", user => Is(user, "two_factor_enabled") ? "yes" : "no"),
                    ("signed in", user => ZoneApi.Text(user, "signed_in_on") is { Length: > 0 } last ? last : "never")
                );
            }
        );
        return command;
    }

    private static bool Is(JsonElement user, string member) =>
        user.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.True;
}
