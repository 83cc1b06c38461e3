using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Rulesets;

/// <summary><c>holdfast ruleset remove ZONE PHASE</c></summary>
internal static class RulesetRemoveCommand
{
    public static Command Create(CliContext context)
    {
        var phase = RulesetArguments.Phase();
        return ZoneCommand.Create(
            context,
            "remove",
            "Remove a phase's rules, and what is remembered of their versions.",
            [phase],
            async (call, cancellationToken) =>
            {
                var name = call.Result.GetRequiredValue(phase);
                var path = RulesetArguments.Path(call, name);
                var ruleset = (await call.Control.CallAsync(HttpMethod.Get, path, null, cancellationToken)).GetProperty("result");
                await call.Control.CallAsync(
                    HttpMethod.Delete,
                    $"{call.Path}/rulesets/{ZoneApi.Text(ruleset, "id")}",
                    null,
                    cancellationToken
                );
                if (call.Json)
                {
                    context.WriteJson(ruleset.GetRawText());
                }
                else
                {
                    context.Out.WriteLine($"{call.Zone}: the rules of {name} are removed");
                }
            }
        );
    }
}
