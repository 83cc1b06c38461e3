using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Settings;

/// <summary><c>holdfast setting list ZONE</c></summary>
internal static class SettingListCommand
{
    public static Command Create(CliContext context) =>
        ZoneCommand.Create(
            context,
            "list",
            "List a zone's settings.",
            [],
            (call, cancellationToken) =>
                Listing.WriteAsync(
                    context,
                    call.Json,
                    call.Control.ListAsync($"{call.Path}/settings", cancellationToken),
                    $"zone {call.Zone} has no settings",
                    ("setting", setting => ZoneApi.Text(setting, "id")),
                    ("value", setting => Printable.From(Listing.TextOf(setting.GetProperty("value"))))
                )
        );
}
