using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Features;

/// <summary><c>holdfast features publish FILE</c></summary>
internal static class FeaturesPublishCommand
{
    public static Command Create(CliContext context)
    {
        var file = new Argument<string>("FILE") { Description = "What 'features build' has written; - for standard input." };
        var any = new Option<bool>("--any-row-change") { Description = "The number of features may change by any amount." };
        var command = new Command("publish", "Publish a bot feature file to every edge.") { file, any };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                using var wanted = FeatureFile.Open(context, result.GetRequiredValue(file));
                using var control = options.Open(result, context);
                var envelope = await control.CallAsync(
                    HttpMethod.Put,
                    FeatureFile.Path,
                    body => Write(body, wanted.RootElement, result.GetValue(any)),
                    cancellationToken
                );
                var published = envelope.GetProperty("result");
                if (options.WantsJson(result))
                {
                    context.WriteJson(published.GetRawText());
                }
                else
                {
                    context.Out.WriteLine(
                        $"published: {ZoneApi.Text(published, "rows")} features, generation {ZoneApi.Text(published, "generation")}"
                    );
                }
            }
        );
        return command;
    }

    private static void Write(Utf8JsonWriter body, JsonElement wanted, bool any)
    {
        foreach (var member in wanted.EnumerateObject())
        {
            // What 'features show --json' says of the release is not the file's.
            if (member.Name is not ("generation" or "digest" or "created_on") && !(any && member.NameEquals("any_row_change")))
            {
                member.WriteTo(body);
            }
        }

        if (any)
        {
            body.WriteBoolean("any_row_change", true);
        }
    }
}
