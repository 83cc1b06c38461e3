using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Tokens;

/// <summary><c>holdfast token remove TOKEN</c></summary>
internal static class TokenRemoveCommand
{
    public static Command Create(CliContext context) =>
        TokenCommand.Create(
            context,
            "remove",
            "Remove a token; it stops working at once.",
            async (control, token, json, cancellationToken) =>
            {
                await control.CallAsync(HttpMethod.Delete, $"{TokenApi.Path}/{ZoneApi.Text(token, "id")}", null, cancellationToken);
                if (json)
                {
                    context.WriteJson(token.GetRawText());
                }
                else
                {
                    context.Out.WriteLine($"token {ZoneApi.Text(token, "name")} is removed");
                }
            }
        );
}
