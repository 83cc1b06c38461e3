using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;
using Holdfast.Model.Zones;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast zone add NAME --origin URL</c></summary>
internal static class ZoneAddCommand
{
    public static Command Create(CliContext context)
    {
        var name = new Argument<string>("NAME")
        {
            Description = "example.com (and every host below it), *.example.com, an address, or * for every other host.",
        };
        var origin = new Option<string>("--origin")
        {
            HelpName = "URL",
            Description = "Where the site is: http://, https:// or h2c://, host and port.",
            Required = true,
        };
        var update = new Option<bool>("--update") { Description = "When the zone is there already, give it this origin." };
        var command = new Command("add", "Add a zone.") { name, origin, update };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var zoneName = ZoneApi.ReadName(result.GetRequiredValue(name));
                var url = OriginUrl.TryParse(result.GetRequiredValue(origin), out var parsed, out var error)
                    ? parsed
                    : throw new CliFailure($"--origin: {error}");
                using var control = options.Open(result, context);
                if (
                    !result.GetValue(update)
                    && await ZoneApi.FindAsync(control, zoneName, cancellationToken) is { } existing
                    && ZoneApi.Text(existing, "origin") != url.ToString()
                )
                {
                    throw new CliFailure(
                        $"zone {zoneName} is there already, with origin {ZoneApi.Text(existing, "origin")}",
                        "--update gives it the new one",
                        CliFailure.Conflict
                    );
                }

                var zone = await ZoneApi.PutAsync(control, zoneName, url, cancellationToken);
                if (options.LocalEdge(result, context) is { } edge)
                {
                    await ZoneSetup.WaitUntilServedAsync(edge, zone, context.Time, cancellationToken);
                }

                if (options.WantsJson(result))
                {
                    context.WriteJson(zone.GetRawText());
                }
                else
                {
                    context.Out.WriteLine($"zone {zoneName} is served from {url}");
                }
            }
        );
        return command;
    }
}
