using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Records;

/// <summary><c>holdfast record remove ZONE RECORD</c></summary>
internal static class RecordRemoveCommand
{
    public static Command Create(CliContext context)
    {
        var selection = new RecordSelection();
        return ZoneCommand.Create(
            context,
            "remove",
            "Remove a DNS record.",
            selection.Symbols,
            async (call, cancellationToken) =>
            {
                var record = await selection.FindAsync(call, cancellationToken);
                await call.Control.CallAsync(
                    HttpMethod.Delete,
                    $"{call.Path}/dns_records/{ZoneApi.Text(record, "id")}",
                    null,
                    cancellationToken
                );
                RecordOutput.Write(call, record, "is removed");
            }
        );
    }
}
