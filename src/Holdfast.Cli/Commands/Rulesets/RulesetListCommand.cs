using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Rulesets;

/// <summary><c>holdfast ruleset list ZONE</c></summary>
internal static class RulesetListCommand
{
    public static Command Create(CliContext context) =>
        ZoneCommand.Create(
            context,
            "list",
            "List a zone's rulesets.",
            [],
            (call, cancellationToken) =>
                Listing.WriteAsync(
                    context,
                    call.Json,
                    call.Control.ListAsync($"{call.Path}/rulesets", cancellationToken),
                    $"zone {call.Zone} has no rules; 'ruleset apply' makes some",
                    ("phase", ruleset => ZoneApi.Text(ruleset, "phase")),
                    ("name", ruleset => ZoneApi.Text(ruleset, "name")),
                    ("version", ruleset => ZoneApi.Text(ruleset, "version")),
                    ("changed", ruleset => ZoneApi.Text(ruleset, "last_updated"))
                )
        );
}
