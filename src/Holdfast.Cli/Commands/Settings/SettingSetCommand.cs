using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Settings;

/// <summary><c>holdfast setting set ZONE SETTING VALUE</c></summary>
internal static class SettingSetCommand
{
    public static Command Create(CliContext context)
    {
        var setting = new Argument<string>("SETTING") { Description = "The setting's name, such as always_use_https." };
        var value = new Argument<string>("VALUE")
        {
            Description = "on, off, a number, a text, null, or JSON for a setting that is an object.",
        };
        return ZoneCommand.Create(
            context,
            "set",
            "Change one setting.",
            [setting, value],
            async (call, cancellationToken) =>
            {
                var name = call.Result.GetRequiredValue(setting);
                var path = $"{call.Path}/settings/{Uri.EscapeDataString(name)}";
                var now = (await call.Control.CallAsync(HttpMethod.Get, path, null, cancellationToken)).GetProperty("result");
                var envelope = await call.Control.CallAsync(
                    HttpMethod.Patch,
                    path,
                    body => SettingValue.Write(body, call.Result.GetRequiredValue(value), now.GetProperty("value").ValueKind),
                    cancellationToken
                );
                var result = envelope.GetProperty("result");
                if (call.Json)
                {
                    context.WriteJson(result.GetRawText());
                }
                else
                {
                    context.Out.WriteLine(
                        $"{call.Zone}: {ZoneApi.Text(result, "id")} is {Printable.From(Listing.TextOf(result.GetProperty("value")))}"
                    );
                }
            }
        );
    }
}
