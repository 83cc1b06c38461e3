using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Tokens;

/// <summary>What commands on one token have in common: the argument TOKEN and the API's options.</summary>
internal static class TokenCommand
{
    /// <summary>A command on one token, named by its id or its name.</summary>
    public static Command Create(
        CliContext context,
        string name,
        string description,
        Func<ControlClient, JsonElement, bool, CancellationToken, Task> run
    )
    {
        var token = new Argument<string>("TOKEN") { Description = "The token's id or name; never the token itself." };
        var command = new Command(name, description) { token };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                using var control = options.Open(result, context);
                var found = await TokenApi.FindAsync(control, result.GetRequiredValue(token), cancellationToken);
                await run(control, found, options.WantsJson(result), cancellationToken);
            }
        );
        return command;
    }

    /// <summary>Shows a token's text, the one time that it is known.</summary>
    public static void Show(CliContext context, bool json, JsonElement created, string text)
    {
        if (json)
        {
            context.WriteJson(created.GetRawText());
            return;
        }

        context.Out.WriteLine(text);
        context.Error.WriteLine("this is the token, shown this once: keep it");
    }
}
