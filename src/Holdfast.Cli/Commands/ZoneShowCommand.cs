using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast zone show ZONE</c></summary>
internal static class ZoneShowCommand
{
    public static Command Create(CliContext context) =>
        ZoneCommand.Create(
            context,
            "show",
            "Show one zone.",
            [],
            async (call, cancellationToken) =>
            {
                var envelope = await call.Control.CallAsync(HttpMethod.Get, call.Path, null, cancellationToken);
                Listing.WriteOne(
                    context,
                    call.Json,
                    envelope.GetProperty("result"),
                    value => value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)
                );
            }
        );
}
