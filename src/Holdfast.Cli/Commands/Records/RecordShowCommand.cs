using System.CommandLine;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Records;

/// <summary><c>holdfast record show ZONE RECORD</c></summary>
internal static class RecordShowCommand
{
    public static Command Create(CliContext context)
    {
        var selection = new RecordSelection();
        return ZoneCommand.Create(
            context,
            "show",
            "Show one DNS record.",
            selection.Symbols,
            async (call, cancellationToken) => Listing.WriteOne(context, call.Json, await selection.FindAsync(call, cancellationToken))
        );
    }
}
