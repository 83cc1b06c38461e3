using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Tokens;

/// <summary><c>holdfast token roll TOKEN</c></summary>
internal static class TokenRollCommand
{
    public static Command Create(CliContext context) =>
        TokenCommand.Create(
            context,
            "roll",
            "Give a token a new secret; the old one stops working at once.",
            async (control, token, json, cancellationToken) =>
            {
                var envelope = await control.CallAsync(
                    HttpMethod.Put,
                    $"{TokenApi.Path}/{ZoneApi.Text(token, "id")}/value",
                    _ => { },
                    cancellationToken
                );
                var result = envelope.GetProperty("result");
                TokenCommand.Show(context, json, result, result.ValueKind == JsonValueKind.String ? result.GetString()! : "");
            }
        );
}
