using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Declarative;
using Holdfast.Cli.Terminal;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast export [ZONE ...]</c></summary>
internal static class ExportCommand
{
    public static Command Create(CliContext context)
    {
        var names = new Argument<string[]>("ZONE")
        {
            Description = "Zones to write; all when none is named.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("export", "Write zones as a file that 'apply' reads.") { names };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                using var control = options.Open(result, context);
                var zones = new YamlSequenceNode();
                await foreach (var zone in ZonesAsync(control, result.GetValue(names) ?? [], cancellationToken))
                {
                    zones.Add(await ZoneExport.ZoneAsync(control, zone, cancellationToken));
                }

                if (options.WantsJson(result))
                {
                    context.WriteJson(YamlJson.ToJson(new YamlMappingNode { { "zones", zones } }, null)!.ToJsonString());
                    return;
                }

                new YamlStream(new YamlDocument(new YamlMappingNode { { "zones", zones } })).Save(context.Out, assignAnchors: false);
            }
        );
        return command;
    }

    private static async IAsyncEnumerable<JsonElement> ZonesAsync(
        ControlClient control,
        string[] names,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var name in names)
        {
            yield return await ZoneApi.GetAsync(control, ZoneApi.ReadName(name), cancellationToken);
        }

        if (names.Length == 0)
        {
            await foreach (var zone in control.ListAsync("/client/v4/zones", cancellationToken))
            {
                yield return zone;
            }
        }
    }
}
