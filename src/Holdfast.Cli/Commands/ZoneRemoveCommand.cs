using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast zone remove NAME</c></summary>
internal static class ZoneRemoveCommand
{
    public static Command Create(CliContext context)
    {
        var name = new Argument<string>("NAME") { Description = "The zone's name." };
        var command = new Command("remove", "Remove one zone; its hosts are no longer served.") { name };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var zoneName = ZoneApi.ReadName(result.GetRequiredValue(name));
                using var control = options.Open(result, context);
                var id = ZoneApi.Text(await ZoneApi.GetAsync(control, zoneName, cancellationToken), "id");
                var envelope = await control.CallAsync(HttpMethod.Delete, $"/client/v4/zones/{id}", null, cancellationToken);
                if (options.WantsJson(result))
                {
                    context.WriteJson(envelope.GetProperty("result").GetRawText());
                }
                else
                {
                    context.Out.WriteLine($"zone {zoneName} is removed");
                }
            }
        );
        return command;
    }
}
