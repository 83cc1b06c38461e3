using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Rulesets;

/// <summary><c>holdfast ruleset show ZONE PHASE</c></summary>
internal static class RulesetShowCommand
{
    public static Command Create(CliContext context)
    {
        var phase = RulesetArguments.Phase();
        return ZoneCommand.Create(
            context,
            "show",
            "Show a phase's rules, in the order in which they are asked.",
            [phase],
            async (call, cancellationToken) =>
            {
                var path = RulesetArguments.Path(call, call.Result.GetRequiredValue(phase));
                var ruleset = (await call.Control.CallAsync(HttpMethod.Get, path, null, cancellationToken)).GetProperty("result");
                if (call.Json)
                {
                    context.WriteJson(ruleset.GetRawText());
                    return;
                }

                await Listing.WriteAsync(
                    context,
                    json: false,
                    ruleset.GetProperty("rules").EnumerateArray().ToAsyncEnumerable(),
                    "the ruleset has no rules",
                    ("ref", rule => ZoneApi.Text(rule, "ref")),
                    ("action", rule => ZoneApi.Text(rule, "action")),
                    ("on", rule => rule.GetProperty("enabled").ValueKind == JsonValueKind.True ? "yes" : "no"),
                    ("expression", rule => ZoneApi.Text(rule, "expression")),
                    ("description", rule => ZoneApi.Text(rule, "description"))
                );
            }
        );
    }
}
