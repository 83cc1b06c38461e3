using System.CommandLine;
using Holdfast.Cli.Terminal;
using Holdfast.Model.Zones;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast zone set ZONE --origin URL</c></summary>
internal static class ZoneSetCommand
{
    public static Command Create(CliContext context)
    {
        var origin = new Option<string>("--origin")
        {
            HelpName = "URL",
            Description = "Where the site is: http://, https:// or h2c://, host and port; 'none' takes it away.",
            Required = true,
        };
        return ZoneCommand.Create(
            context,
            "set",
            "Give a zone another origin.",
            [origin],
            async (call, cancellationToken) =>
            {
                var text = call.Result.GetRequiredValue(origin);
                OriginUrl? url = null;
                if (text != "none" && !OriginUrl.TryParse(text, out url, out var error))
                {
                    throw new CliFailure($"--origin: {error}");
                }

                var envelope = await call.Control.CallAsync(
                    HttpMethod.Put,
                    $"/holdfast/v1/zones/{call.ZoneId}/origin",
                    body => body.WriteString("origin", url?.ToString()),
                    cancellationToken
                );
                if (call.Json)
                {
                    context.WriteJson(envelope.GetProperty("result").GetRawText());
                }
                else
                {
                    context.Out.WriteLine(url is null ? $"zone {call.Zone} has no origin" : $"zone {call.Zone} is served from {url}");
                }
            }
        );
    }
}
