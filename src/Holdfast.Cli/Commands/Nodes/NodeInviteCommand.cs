using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Nodes;

/// <summary><c>holdfast node invite NAME</c></summary>
internal static class NodeInviteCommand
{
    public static Command Create(CliContext context)
    {
        var name = new Argument<string>("NAME") { Description = "The name that the edge gets, such as paris-1." };
        var expires = new Option<string?>("--expires")
        {
            HelpName = "MINUTES",
            Description = "How long the token is good for, 1 to 43200 [default: 60].",
        };
        var command = new Command("invite", "Make a token that lets one edge on another machine join.") { name, expires };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var seconds = result.GetValue(expires) is { } text ? ReadMinutes(text) * 60 : (int?)null;
                using var control = options.Open(result, context);
                var envelope = await control.CallAsync(
                    HttpMethod.Post,
                    "/holdfast/v1/join_tokens",
                    body =>
                    {
                        body.WriteString("node", result.GetRequiredValue(name));
                        if (seconds is { } given)
                        {
                            body.WriteNumber("expires_in", given);
                        }
                    },
                    cancellationToken
                );
                var invited = envelope.GetProperty("result");
                if (options.WantsJson(result))
                {
                    context.WriteJson(invited.GetRawText());
                    return;
                }

                context.Out.WriteLine(ZoneApi.Text(invited, "token"));
                context.Error.WriteLine(
                    $"this is the join token, shown this once and good once, until {ZoneApi.Text(invited, "expires_on")}; on the other machine:"
                );
                context.Error.WriteLine($"holdfast run edge --control {Reachable(ZoneApi.Text(invited, "listens_on"))} --join TOKEN");
            }
        );
        return command;
    }

    /// <summary>Control that listens on every address does not know by which of them it is reached.</summary>
    private static string Reachable(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Host is "0.0.0.0" or "[::]"
            ? $"https://THIS-MACHINE:{address.Port}"
            : url;

    private static int ReadMinutes(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes is >= 1 and <= 43_200
            ? minutes
            : throw new CliFailure($"--expires: '{Printable.From(text)}' is not a number of minutes from 1 to 43200");
}
