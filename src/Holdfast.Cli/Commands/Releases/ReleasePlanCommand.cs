using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.Commands.Rulesets;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;
using Spectre.Console;

namespace Holdfast.Cli.Commands.Releases;

/// <summary><c>holdfast release plan RELEASE</c> and <c>release plan --zone ZONE --ruleset FILE</c></summary>
internal static class ReleasePlanCommand
{
    public static Command Create(CliContext context)
    {
        var release = new Argument<string?>("RELEASE")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "A release that waits, or an older one: KIND/NAME@GENERATION; without @GENERATION the newest.",
        };
        var zone = new Option<string?>("--zone") { HelpName = "NAME", Description = "Of which zone a ruleset would change." };
        var file = new Option<string?>("--ruleset")
        {
            HelpName = "FILE",
            Description = "The rules that there would be, as 'ruleset apply' takes them.",
        };
        var phase = new Option<string?>("--phase")
        {
            HelpName = "PHASE",
            Description = "The phase of the rules [default: the one that the file states].",
        };
        var command = new Command(
            "plan",
            "Say what a change would do to recent requests, before it is made: an edge replays them where nobody is served."
        )
        {
            release,
            zone,
            file,
            phase,
        };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var named = result.GetValue(release);
                var (zoneName, path) = (result.GetValue(zone), result.GetValue(file));
                if ((named is null) == (zoneName is null || path is null) || (named is not null && (zoneName ?? path) is not null))
                {
                    throw new CliFailure(
                        "say what to plan: a RELEASE, or --zone with --ruleset",
                        "holdfast release plan --zone example.com --ruleset rules.json"
                    );
                }

                using var control = options.Open(result, context);
                var envelope = named is not null
                    ? await control.CallAsync(HttpMethod.Post, ReleaseReference.Parse(named).Path + "/plan", null, cancellationToken)
                    : await PlanAsync(context, control, zoneName!, path!, result.GetValue(phase), cancellationToken);
                var plan = envelope.GetProperty("result");
                Show(context, named ?? $"zone/{zoneName}", plan, options.WantsJson(result));
                if (PlanText.Beyond(plan).FirstOrDefault() is { } beyond)
                {
                    throw new CliFailure($"beyond the limits: {Printable.From(beyond)}", exitCode: CliFailure.Failed);
                }
            }
        );
        return command;
    }

    private static void Show(CliContext context, string subject, JsonElement plan, bool asJson)
    {
        if (asJson)
        {
            context.WriteJson(plan.GetRawText());
            return;
        }

        var console = context.CreateConsole();
        foreach (var part in PlanText.Of(subject, plan))
        {
            console.Write(part);
            console.WriteLine();
        }
    }

    private static async Task<JsonElement> PlanAsync(
        CliContext context,
        ControlClient control,
        string zone,
        string file,
        string? phase,
        CancellationToken cancellationToken
    )
    {
        using var wanted = RulesetFile.Read(Path.Combine(context.CurrentDirectory, file));
        var root = wanted.RootElement;
        var stated = root.ValueKind == JsonValueKind.Object ? ZoneApi.Text(root, "phase") : "";
        phase ??=
            stated.Length > 0
                ? stated
                : throw new CliFailure($"{file} states no phase", "name it with --phase, such as http_request_firewall_custom");
        var id = ZoneApi.Text(await ZoneApi.GetAsync(control, ZoneApi.ReadName(zone), cancellationToken), "id");
        return await control.CallAsync(
            HttpMethod.Post,
            $"/holdfast/v1/releases/plan/zones/{id}/rulesets/phases/{Uri.EscapeDataString(phase)}/entrypoint",
            body => RulesetFile.Write(body, root),
            cancellationToken
        );
    }
}
