using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Users;

/// <summary><c>holdfast user set USER ...</c></summary>
internal static class UserSetCommand
{
    public static Command Create(CliContext context)
    {
        var email = new Option<string?>("--email") { HelpName = "EMAIL", Description = "Their new e-mail address." };
        var role = UserAddCommand.Role("Their new role: administrator, editor or viewer.");
        var name = UserAddCommand.Name("Their new name.");
        var disable = new Option<bool>("--disable") { Description = "Keep them out; ends their sessions and stops their key." };
        var enable = new Option<bool>("--enable") { Description = "Let them in again." };
        var reset = new Option<bool>("--password") { Description = "Give them a new password; asks for it. Ends their sessions." };
        var password = new UserPassword();
        var totp = new Option<bool>("--remove-totp") { Description = "Take the second factor away: they lost it." };
        var key = new Option<bool>("--remove-api-key") { Description = "Take their API key away." };
        return UserCommand.Create(
            context,
            "set",
            "Change a user; what is not named stays.",
            [email, role, name, disable, enable, reset, password.Option, totp, key],
            async (control, user, result, json, cancellationToken) =>
            {
                if (result.GetValue(disable) && result.GetValue(enable))
                {
                    throw new CliFailure("--disable and --enable contradict each other", "give one of them");
                }

                // Asked before anything changes: whoever breaks off here has changed nothing.
                var secret = result.GetValue(reset) || password.IsGiven(result) ? password.Read(result, context) : null;
                var disabled =
                    result.GetValue(disable) ? true
                    : result.GetValue(enable) ? false
                    : (bool?)null;
                var steps = Steps(
                    result.GetValue(email),
                    result.GetValue(role),
                    result.GetValue(name),
                    disabled,
                    secret,
                    result.GetValue(totp),
                    result.GetValue(key)
                );
                if (steps.Count == 0)
                {
                    throw new CliFailure("nothing is to be set", "see 'user set --help'");
                }

                var after = user;
                foreach (var (method, suffix, body) in steps)
                {
                    var envelope = await control.CallAsync(method, UserApi.PathOf(user) + suffix, body, cancellationToken);
                    after = envelope.GetProperty("result");
                }

                UserCommand.Show(context, json, after, "is set");
            }
        );
    }

    private static List<(HttpMethod Method, string Suffix, Action<Utf8JsonWriter>? Body)> Steps(
        string? email,
        string? role,
        string? name,
        bool? disabled,
        string? password,
        bool removeTotp,
        bool removeKey
    )
    {
        var steps = new List<(HttpMethod, string, Action<Utf8JsonWriter>?)>();
        var texts = new[] { ("email", email), ("role", role), ("name", name) }.Where(member => member.Item2 is not null).ToList();
        if (texts.Count > 0 || disabled is not null)
        {
            steps.Add((HttpMethod.Patch, "", Write));
        }

        if (password is not null)
        {
            steps.Add((HttpMethod.Put, "/password", body => body.WriteString("new_password", password)));
        }

        if (removeTotp)
        {
            steps.Add((HttpMethod.Delete, "/totp", null));
        }

        if (removeKey)
        {
            steps.Add((HttpMethod.Delete, "/api_key", null));
        }

        return steps;

        void Write(Utf8JsonWriter body)
        {
            foreach (var (member, text) in texts)
            {
                body.WriteString(member, text);
            }

            if (disabled is { } value)
            {
                body.WriteBoolean("disabled", value);
            }
        }
    }
}
