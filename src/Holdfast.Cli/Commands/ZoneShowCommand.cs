using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;
using Spectre.Console;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast zone show NAME</c></summary>
internal static class ZoneShowCommand
{
    public static Command Create(CliContext context)
    {
        var name = new Argument<string>("NAME") { Description = "The zone's name." };
        var command = new Command("show", "Show one zone.") { name };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var zoneName = ZoneApi.ReadName(result.GetRequiredValue(name));
                using var control = options.Open(result, context);
                var found = await ZoneApi.GetAsync(control, zoneName, cancellationToken);
                var envelope = await control.CallAsync(
                    HttpMethod.Get,
                    $"/client/v4/zones/{ZoneApi.Text(found, "id")}",
                    null,
                    cancellationToken
                );
                var zone = envelope.GetProperty("result");
                if (options.WantsJson(result))
                {
                    context.WriteJson(zone.GetRawText());
                    return;
                }

                var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
                foreach (
                    var member in zone.EnumerateObject()
                        .Where(member => member.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array))
                )
                {
                    grid.AddRow(new Text(Printable.From(member.Name)), new Text(Printable.From(ValueText(member.Value))));
                }

                context.CreateConsole().Write(grid);
            }
        );
        return command;
    }

    private static string ValueText(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
