using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.KillSwitches;

/// <summary><c>holdfast kill add SUBJECT TARGET</c></summary>
internal static class KillAddCommand
{
    public static Command Create(CliContext context)
    {
        var subject = new Argument<string>("SUBJECT") { Description = "module, phase, ruleset, rule, action or release." };
        var target = new Argument<string>("TARGET") { Description = "Its name, its id, or a release's generation." };
        var zone = new Option<string?>("--zone") { HelpName = "ZONE", Description = "In this zone." };
        var everywhere = new Option<bool>("--everywhere") { Description = "In every zone." };
        var reason = new Option<string>("--reason")
        {
            HelpName = "TEXT",
            Description = "Why; it stands in the audit log.",
            Required = true,
        };
        var command = new Command("add", "Take a part of the edges out of use, as if it were absent.")
        {
            subject,
            target,
            zone,
            everywhere,
            reason,
        };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                if (result.GetValue(everywhere) == (result.GetValue(zone) is not null))
                {
                    throw new CliFailure("say where: --zone ZONE, or --everywhere");
                }

                using var control = options.Open(result, context);
                var where = result.GetValue(zone) is { } name
                    ? (await ZoneApi.GetAsync(control, ZoneApi.ReadName(name), cancellationToken)).GetProperty("id").GetString()!
                    : "*";
                var envelope = await control.CallAsync(
                    HttpMethod.Post,
                    "/holdfast/v1/kill-switches",
                    body =>
                    {
                        body.WriteString("subject", result.GetRequiredValue(subject));
                        body.WriteString("target", result.GetRequiredValue(target));
                        body.WriteString("zone", where);
                        body.WriteString("reason", result.GetRequiredValue(reason));
                    },
                    cancellationToken
                );
                var set = envelope.GetProperty("result");
                if (options.WantsJson(result))
                {
                    context.WriteJson(set.GetRawText());
                }
                else
                {
                    context.Out.WriteLine($"kill switch {ZoneApi.Text(set, "id")} is set; 'kill remove' takes it back");
                }
            }
        );
        return command;
    }
}
