using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Releases;

/// <summary><c>holdfast release pause|resume|abort RELEASE</c> and <c>release revert|pin|unpin ARTIFACT</c></summary>
internal static class ReleaseActionCommands
{
    /// <summary>The three that act on a release on its way.</summary>
    /// <param name="context">The process.</param>
    /// <param name="verb">The command and the API's word.</param>
    /// <param name="description">What it does.</param>
    public static Command OnItsWay(CliContext context, string verb, string description)
    {
        var release = ReleaseReference.Argument();
        var reason = Reason();
        var command = new Command(verb, description) { release, reason };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var reference = ReleaseReference.Parse(result.GetRequiredValue(release));
                var why = result.GetRequiredValue(reason);
                using var control = options.Open(result, context);
                var envelope = await control.CallAsync(
                    HttpMethod.Post,
                    $"{reference.Path}/{verb}",
                    body => body.WriteString("reason", why),
                    cancellationToken
                );
                var shown = envelope.GetProperty("result");
                Write(
                    context,
                    options.WantsJson(result),
                    shown,
                    $"{ReleaseReference.Of(shown)} is {ReleaseText.State(shown)}{Back(shown)}"
                );
            }
        );
        return command;
    }

    public static Command Revert(CliContext context)
    {
        var artifact = ReleaseReference.ArtifactArgument();
        var to = new Option<long?>("--to")
        {
            HelpName = "GENERATION",
            Description = "Which release's content [default: the one before what is in use].",
        };
        var reason = Reason();
        var command = new Command("revert", "Publish an older release's content again, for every edge at once.") { artifact, to, reason };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var reference = ReleaseReference.Parse(result.GetRequiredValue(artifact));
                var (generation, why) = (result.GetValue(to), result.GetRequiredValue(reason));
                using var control = options.Open(result, context);
                var envelope = await control.CallAsync(
                    HttpMethod.Post,
                    $"{reference.ArtifactPath}/revert",
                    body =>
                    {
                        if (generation is { } number)
                        {
                            body.WriteNumber("generation", number);
                        }

                        body.WriteString("reason", why);
                    },
                    cancellationToken
                );
                var shown = envelope.GetProperty("result");
                Write(
                    context,
                    options.WantsJson(result),
                    shown,
                    $"generation {ZoneApi.Text(shown, "generation")} of {Printable.From(result.GetRequiredValue(artifact))} goes back; it goes to every edge at once"
                );
            }
        );
        return command;
    }

    public static Command Pin(CliContext context)
    {
        var reason = Reason();
        var command = new Command("pin", "Hold an artifact at the release in use: newer ones are stored and wait.") { reason };
        return OnPin(context, command, HttpMethod.Put, reason, "is held at");
    }

    public static Command Unpin(CliContext context) =>
        OnPin(context, new Command("unpin", "Let a pinned artifact go on."), HttpMethod.Delete, null, "is no longer held at");

    private static Command OnPin(CliContext context, Command command, HttpMethod method, Option<string>? reason, string said)
    {
        var artifact = ReleaseReference.ArtifactArgument();
        command.Add(artifact);
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var name = result.GetRequiredValue(artifact);
                var reference = ReleaseReference.Parse(name);
                var why = reason is null ? null : result.GetRequiredValue(reason);
                using var control = options.Open(result, context);
                var envelope = await control.CallAsync(
                    method,
                    $"{reference.ArtifactPath}/pin",
                    why is null ? null : body => body.WriteString("reason", why),
                    cancellationToken
                );
                var pin = envelope.GetProperty("result");
                Write(
                    context,
                    options.WantsJson(result),
                    pin,
                    $"{Printable.From(name)} {said} generation {ZoneApi.Text(pin, "generation")}"
                );
            }
        );
        return command;
    }

    private static Option<string> Reason() =>
        new("--reason")
        {
            HelpName = "TEXT",
            Description = "Why; it is kept in the audit log.",
            Required = true,
        };

    private static string Back(JsonElement release) =>
        ZoneApi.Text(release, "revert_generation") is { Length: > 0 } back ? $"; generation {back} goes back" : "";

    private static void Write(CliContext context, bool json, JsonElement shown, string line)
    {
        if (json)
        {
            context.WriteJson(shown.GetRawText());
        }
        else
        {
            context.Out.WriteLine(line);
        }
    }
}
