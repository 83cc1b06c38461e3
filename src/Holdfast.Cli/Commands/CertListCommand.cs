using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;
using Spectre.Console;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast cert list ZONE</c></summary>
internal static class CertListCommand
{
    public static Command Create(CliContext context)
    {
        var name = new Argument<string>("ZONE") { Description = "The zone's name." };
        var command = new Command("list", "List a zone's certificates.") { name };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var zoneName = ZoneApi.ReadName(result.GetRequiredValue(name));
                using var control = options.Open(result, context);
                var id = ZoneApi.Text(await ZoneApi.GetAsync(control, zoneName, cancellationToken), "id");
                var certificates = control.ListAsync($"/client/v4/zones/{id}/custom_certificates", cancellationToken);
                if (options.WantsJson(result))
                {
                    await JsonArray.WriteAsync(context.Out, certificates);
                    return;
                }

                var table = new Table().Border(TableBorder.Simple).AddColumns("hosts", "expires", "id");
                await foreach (var certificate in certificates)
                {
                    table.AddRow(
                        new Text(Hosts(certificate)),
                        new Text(ZoneApi.Text(certificate, "expires_on")),
                        new Text(ZoneApi.Text(certificate, "id"))
                    );
                }

                if (table.Rows.Count == 0)
                {
                    context.Out.WriteLine(
                        $"zone {zoneName} has no certificate of its own; Holdfast's local authority issues one ('{context.ProgramName} cert trust')"
                    );
                    return;
                }

                context.CreateConsole().Write(table);
            }
        );
        return command;
    }

    private static string Hosts(JsonElement certificate) =>
        certificate.TryGetProperty("hosts", out var hosts) && hosts.ValueKind == JsonValueKind.Array
            ? string.Join(", ", hosts.EnumerateArray().Select(host => Printable.From(host.ToString())))
            : "";
}
