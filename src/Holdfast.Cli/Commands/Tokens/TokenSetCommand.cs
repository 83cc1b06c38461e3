using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Tokens;

/// <summary><c>holdfast token set TOKEN --disable</c></summary>
internal static class TokenSetCommand
{
    // What the API takes; everything else that it shows of a token is its own.
    private static readonly string[] Kept = ["policies", "condition", "expires_on", "not_before"];

    public static Command Create(CliContext context)
    {
        var token = new Argument<string>("TOKEN") { Description = "The token's id or name; never the token itself." };
        var name = new Option<string?>("--name") { HelpName = "NAME", Description = "Its new name." };
        var disable = new Option<bool>("--disable") { Description = "Stop believing it, and keep it." };
        var enable = new Option<bool>("--enable") { Description = "Believe it again." };
        var command = new Command("set", "Rename a token, or switch it off and on.") { token, name, disable, enable };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                if (result.GetValue(disable) && result.GetValue(enable))
                {
                    throw new CliFailure("--disable and --enable contradict each other", "give one of them");
                }

                using var control = options.Open(result, context);
                var before = await TokenApi.FindAsync(control, result.GetRequiredValue(token), cancellationToken);
                var status =
                    result.GetValue(disable) ? "disabled"
                    : result.GetValue(enable) ? "active"
                    : ZoneApi.Text(before, "status");
                var envelope = await control.CallAsync(
                    HttpMethod.Put,
                    $"{TokenApi.Path}/{ZoneApi.Text(before, "id")}",
                    body =>
                    {
                        body.WriteString("name", result.GetValue(name) ?? ZoneApi.Text(before, "name"));
                        if (status is "active" or "disabled")
                        {
                            body.WriteString("status", status);
                        }

                        foreach (var member in before.EnumerateObject().Where(member => Kept.Contains(member.Name)))
                        {
                            member.WriteTo(body);
                        }
                    },
                    cancellationToken
                );
                var after = envelope.GetProperty("result");
                if (options.WantsJson(result))
                {
                    context.WriteJson(after.GetRawText());
                }
                else
                {
                    context.Out.WriteLine($"token {ZoneApi.Text(after, "name")} is {ZoneApi.Text(after, "status")}");
                }
            }
        );
        return command;
    }
}
