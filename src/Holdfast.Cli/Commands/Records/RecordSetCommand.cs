using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Records;

/// <summary><c>holdfast record set ZONE RECORD ...</c></summary>
internal static class RecordSetCommand
{
    public static Command Create(CliContext context)
    {
        var selection = new RecordSelection();
        var content = new Option<string?>("--content") { HelpName = "CONTENT", Description = "The record's new content." };
        var fields = new RecordFields();
        return ZoneCommand.Create(
            context,
            "set",
            "Change a DNS record; what is not named stays.",
            [.. selection.Symbols, content, .. fields.Symbols],
            async (call, cancellationToken) =>
            {
                var id = ZoneApi.Text(await selection.FindAsync(call, cancellationToken), "id");
                var envelope = await call.Control.CallAsync(
                    HttpMethod.Patch,
                    $"{call.Path}/dns_records/{id}",
                    record =>
                    {
                        if (call.Result.GetValue(content) is { } text)
                        {
                            record.WriteString("content", text);
                        }

                        fields.Write(call.Result, record);
                    },
                    cancellationToken
                );
                RecordOutput.Write(call, envelope.GetProperty("result"), "is set");
            }
        );
    }
}
