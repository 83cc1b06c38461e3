using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;
using Spectre.Console;

namespace Holdfast.Cli.Commands.Releases;

/// <summary><c>holdfast release watch RELEASE</c></summary>
internal static class ReleaseWatchCommand
{
    private const int ShownEdges = 12;
    private const int ShownDecisions = 8;
    private static readonly TimeSpan PollTime = TimeSpan.FromSeconds(1);

    public static Command Create(CliContext context)
    {
        var release = ReleaseReference.Argument();
        var command = new Command("watch", "Watch a release until it is over; exit code 1 when it was stopped or ended by hand.")
        {
            release,
        };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var reference = ReleaseReference.Parse(result.GetRequiredValue(release));
                using var control = options.Open(result, context);
                var json = options.WantsJson(result);
                var seen = "";
                using var timer = new PeriodicTimer(PollTime, context.Time);
                while (true)
                {
                    JsonElement shown;
                    try
                    {
                        var envelope = await control.CallAsync(HttpMethod.Get, reference.Path, null, cancellationToken);
                        shown = envelope.GetProperty("result");
                    }
                    catch (CliFailure failure) when (failure.ExitCode == CliFailure.Unreachable && seen.Length > 0)
                    {
                        // Control restarts; the edges go on, and so does this.
                        await context.Error.WriteLineAsync(failure.Line);
                        await timer.WaitForNextTickAsync(cancellationToken);
                        continue;
                    }

                    // The newest is the one that it was when the watch began.
                    reference = reference with
                    {
                        Generation = shown.GetProperty("generation").GetInt64(),
                    };
                    seen = Show(context, shown, json, seen);
                    if (ReleaseText.IsOver(shown))
                    {
                        Conclude(shown);
                        return;
                    }

                    await timer.WaitForNextTickAsync(cancellationToken);
                }
            }
        );
        return command;
    }

    private static void Conclude(JsonElement shown)
    {
        if (ZoneApi.Text(shown, "state") is "stopped" or "aborted")
        {
            throw new CliFailure(
                $"{ReleaseReference.Of(shown)} is {ReleaseText.State(shown)}: {ZoneApi.Text(shown, "reason")}",
                exitCode: CliFailure.Failed
            );
        }
    }

    // On a terminal one picture that changes; in a pipe a line, or an object, each time that something has changed.
    private static string Show(CliContext context, JsonElement shown, bool json, string seen)
    {
        if (json)
        {
            var text = shown.GetRawText();
            if (text != seen)
            {
                context.WriteJson(text);
            }

            return text;
        }

        if (!context.OutIsTerminal)
        {
            var line =
                $"{ReleaseReference.Of(shown)}: {ReleaseText.State(shown)}, {ReleaseText.Edges(shown)} edges have it in full; {Last(shown)}";
            if (line != seen)
            {
                context.Out.WriteLine(line);
                context.Out.Flush();
            }

            return line;
        }

        var console = context.CreateConsole();
        console.Clear();
        foreach (var part in ReleaseText.Story(shown, ShownEdges, ShownDecisions))
        {
            console.Write(part);
            console.WriteLine();
        }

        console.WriteLine(ReleaseText.IsOver(shown) ? "It is over." : "Ctrl-C ends this view, not the release.");
        return "shown";
    }

    private static string Last(JsonElement shown)
    {
        var decisions = shown.GetProperty("decisions");
        return decisions.GetArrayLength() == 0 ? "nothing was decided" : ZoneApi.Text(decisions[decisions.GetArrayLength() - 1], "text");
    }
}
