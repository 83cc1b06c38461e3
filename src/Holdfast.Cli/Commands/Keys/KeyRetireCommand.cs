using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Keys;

/// <summary><c>holdfast key retire KEY</c></summary>
internal static class KeyRetireCommand
{
    public static Command Create(CliContext context)
    {
        var key = new Argument<string>("KEY") { Description = "The id of a former key." };
        var force = new Option<bool>("--force") { Description = "Leave edges behind that do not believe the new key yet." };
        var command = new Command("retire", "Believe a former key no more, on every edge.") { key, force };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var id = result.GetRequiredValue(key);
                using var control = options.Open(result, context);
                var path = $"{KeyListCommand.Path}/{Uri.EscapeDataString(id)}{(result.GetValue(force) ? "?force=true" : "")}";
                var envelope = await control.CallAsync(HttpMethod.Delete, path, null, cancellationToken);
                if (options.WantsJson(result))
                {
                    context.WriteJson(envelope.GetProperty("result").GetRawText());
                    return;
                }

                context.Out.WriteLine($"key {ZoneApi.Text(envelope.GetProperty("result"), "id")} is believed no more");
                context.Error.WriteLine("make a new backup: one from before brings the key back");
            }
        );
        return command;
    }
}
