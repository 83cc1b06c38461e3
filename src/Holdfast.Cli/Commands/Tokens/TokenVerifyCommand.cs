using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Tokens;

/// <summary><c>holdfast token verify</c>: is the token that this command uses a good one?</summary>
internal static class TokenVerifyCommand
{
    public static Command Create(CliContext context)
    {
        var command = new Command("verify", "Test the token that this command would use: --token or another.");
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                using var control = options.Open(result, context);
                var envelope = await control.CallAsync(HttpMethod.Get, $"{TokenApi.Path}/verify", null, cancellationToken);
                var token = envelope.GetProperty("result");
                if (options.WantsJson(result))
                {
                    context.WriteJson(token.GetRawText());
                    return;
                }

                var ends = ZoneApi.Text(token, "expires_on") is { Length: > 0 } end ? $"until {end}" : "for ever";
                context.Out.WriteLine($"token {ZoneApi.Text(token, "id")} is {ZoneApi.Text(token, "status")}, {ends}");
            }
        );
        return command;
    }
}
