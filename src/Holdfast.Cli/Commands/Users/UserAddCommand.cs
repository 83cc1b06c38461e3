using System.CommandLine;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Users;

/// <summary><c>holdfast user add EMAIL --role ROLE</c></summary>
internal static class UserAddCommand
{
    public static Command Create(CliContext context)
    {
        var email = new Argument<string>("EMAIL") { Description = "The user's e-mail address." };
        var role = Role("What they may do: administrator, editor or viewer [default: viewer].");
        var name = Name("What people call them.");
        var password = new UserPassword();
        var command = new Command("add", "Let somebody sign in; asks for their password.") { email, role, name, password.Option };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var secret = password.Read(result, context);
                using var control = options.Open(result, context);
                var envelope = await control.CallAsync(
                    HttpMethod.Post,
                    UserApi.Path,
                    body =>
                    {
                        body.WriteString("email", result.GetRequiredValue(email));
                        body.WriteString("password", secret);
                        body.WriteString("role", result.GetValue(role) ?? "viewer");
                        body.WriteString("name", result.GetValue(name) ?? "");
                    },
                    cancellationToken
                );
                UserCommand.Show(context, options.WantsJson(result), envelope.GetProperty("result"), "can sign in");
            }
        );
        return command;
    }

    /// <summary>--role, which completes to the roles there are.</summary>
    public static Option<string?> Role(string description)
    {
        var role = new Option<string?>("--role") { HelpName = "ROLE", Description = description };
        role.CompletionSources.Add("administrator", "editor", "viewer");
        return role;
    }

    /// <summary>--name</summary>
    public static Option<string?> Name(string description) => new("--name") { HelpName = "NAME", Description = description };
}
