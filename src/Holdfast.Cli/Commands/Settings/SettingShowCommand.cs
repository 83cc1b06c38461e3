using System.CommandLine;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Settings;

/// <summary><c>holdfast setting show ZONE SETTING</c></summary>
internal static class SettingShowCommand
{
    public static Command Create(CliContext context)
    {
        var setting = new Argument<string>("SETTING") { Description = "The setting's name, such as always_use_https." };
        return ZoneCommand.Create(
            context,
            "show",
            "Show one setting.",
            [setting],
            async (call, cancellationToken) =>
            {
                var envelope = await call.Control.CallAsync(
                    HttpMethod.Get,
                    $"{call.Path}/settings/{Uri.EscapeDataString(call.Result.GetRequiredValue(setting))}",
                    null,
                    cancellationToken
                );
                Listing.WriteOne(context, call.Json, envelope.GetProperty("result"));
            }
        );
    }
}
