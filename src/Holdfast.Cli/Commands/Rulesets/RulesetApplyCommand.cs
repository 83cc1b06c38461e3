using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Rulesets;

/// <summary><c>holdfast ruleset apply ZONE PHASE FILE</c></summary>
internal static class RulesetApplyCommand
{
    public static Command Create(CliContext context)
    {
        var phase = RulesetArguments.Phase();
        var file = new Argument<string>("FILE") { Description = "JSON: an array of rules, or what 'ruleset show --json' writes." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Check it and say what would come of it; change nothing." };
        return ZoneCommand.Create(
            context,
            "apply",
            "Make a phase's rules what a file says. Rules keep their ids by ref, or by saying the same.",
            [phase, file, dryRun],
            async (call, cancellationToken) =>
            {
                var name = call.Result.GetRequiredValue(phase);
                var trial = call.Result.GetValue(dryRun);
                using var wanted = RulesetFile.Read(Path.Combine(context.CurrentDirectory, call.Result.GetRequiredValue(file)));
                var envelope = await call.Control.CallAsync(
                    HttpMethod.Put,
                    RulesetArguments.Path(call, name) + (trial ? "?dry_run=true" : ""),
                    body => RulesetFile.Write(body, wanted.RootElement),
                    cancellationToken
                );
                var ruleset = envelope.GetProperty("result");
                foreach (var message in envelope.GetProperty("messages").EnumerateArray())
                {
                    context.Error.WriteLine($"holdfast: warning: {ZoneApi.Text(message, "message")}");
                }

                if (call.Json)
                {
                    context.WriteJson(ruleset.GetRawText());
                    return;
                }

                var rules = ruleset.GetProperty("rules").GetArrayLength();
                context.Out.WriteLine(
                    $"{call.Zone}: {name} {(trial ? "would have" : "has")} {rules} {(rules == 1 ? "rule" : "rules")}, version {ZoneApi.Text(ruleset, "version")}"
                );
            }
        );
    }
}
