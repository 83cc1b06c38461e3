using System.CommandLine;
using System.Text.Json;
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
        var deletes = new Option<int?>("--deletes")
        {
            Description = "How many rules this removes; needed for more than one.",
            HelpName = "N",
        };
        return ZoneCommand.Create(
            context,
            "apply",
            "Make a phase's rules what a file says. Rules keep their ids by ref, or by saying the same.",
            [phase, file, dryRun, deletes],
            async (call, cancellationToken) =>
            {
                var name = call.Result.GetRequiredValue(phase);
                var trial = call.Result.GetValue(dryRun);
                using var wanted = RulesetFile.Read(Path.Combine(context.CurrentDirectory, call.Result.GetRequiredValue(file)));
                var path = RulesetArguments.Path(call, name);
                var envelope = await PutAsync($"{path}?dry_run=true");
                if (!trial)
                {
                    CheckDeletes(await RemovedAsync(), call.Result.GetValue(deletes));
                    envelope = await PutAsync(path);
                }

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

                Task<JsonElement> PutAsync(string to) =>
                    call.Control.CallAsync(HttpMethod.Put, to, body => RulesetFile.Write(body, wanted.RootElement), cancellationToken);

                async Task<int> RemovedAsync() =>
                    await call.Control.TryCallAsync(path, cancellationToken) is { } present
                        ? Ids(present).Except(Ids(envelope)).Count()
                        : 0;
            }
        );
    }

    private static IEnumerable<string> Ids(JsonElement envelope) =>
        envelope.GetProperty("result").TryGetProperty("rules", out var rules)
            ? rules.EnumerateArray().Select(rule => ZoneApi.Text(rule, "id"))
            : [];

    // A file that was cut off must not take the rules away that it lacks: more than one goes only when the caller has said how many.
    private static void CheckDeletes(int count, int? said)
    {
        if (said is { } number ? number != count : count > 1)
        {
            throw new CliFailure(
                said is null ? $"{count} rules would be removed" : $"{count} rules would be removed, not {said}",
                $"'ruleset show' has what is there; if that is meant, give --deletes {count}"
            );
        }
    }
}
