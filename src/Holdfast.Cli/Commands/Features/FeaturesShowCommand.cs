using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Features;

/// <summary><c>holdfast features show</c></summary>
internal static class FeaturesShowCommand
{
    public static Command Create(CliContext context)
    {
        var command = new Command("show", "Show the bot feature file that is published.");
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                using var control = options.Open(result, context);
                var envelope = await control.CallAsync(HttpMethod.Get, FeatureFile.Path, null, cancellationToken);
                var file = envelope.GetProperty("result");
                if (options.WantsJson(result))
                {
                    context.WriteJson(file.GetRawText());
                    return;
                }

                context.Out.WriteLine(
                    $"generation {ZoneApi.Text(file, "generation")} of {ZoneApi.Text(file, "created_on")}; scores from {ZoneApi.Text(file, "least_evidence")} away from 50"
                );
                foreach (var feature in file.GetProperty("features").EnumerateArray())
                {
                    context.Out.WriteLine(
                        $"{ZoneApi.Text(feature, "weight"), 4}  {ZoneApi.Text(feature, "name"), -34}  {ZoneApi.Text(feature, "expression")}"
                    );
                }
            }
        );
        return command;
    }
}
