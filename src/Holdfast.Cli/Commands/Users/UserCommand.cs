using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Users;

/// <summary>What commands on one user have in common: the argument USER and the API's options.</summary>
internal static class UserCommand
{
    /// <summary>A command on one user, named by e-mail address or id.</summary>
    public static Command Create(
        CliContext context,
        string name,
        string description,
        IReadOnlyList<Option> more,
        Func<ControlClient, JsonElement, ParseResult, bool, CancellationToken, Task> run
    )
    {
        var user = new Argument<string>("USER") { Description = "The user's e-mail address or id." };
        var command = new Command(name, description) { user };
        foreach (var option in more)
        {
            command.Add(option);
        }

        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                using var control = options.Open(result, context);
                var found = await UserApi.FindAsync(control, result.GetRequiredValue(user), cancellationToken);
                await run(control, found, result, options.WantsJson(result), cancellationToken);
            }
        );
        return command;
    }

    /// <summary>Says what became of a user.</summary>
    public static void Show(CliContext context, bool json, JsonElement user, string what)
    {
        if (json)
        {
            context.WriteJson(user.GetRawText());
        }
        else
        {
            context.Out.WriteLine($"user {ZoneApi.Text(user, "email")} {what}");
        }
    }
}
