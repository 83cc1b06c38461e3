using System.CommandLine;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Supervision;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Nodes.Local;

/// <summary><c>holdfast node restart</c>: new processes for the edges of the <c>up</c> on this machine, and nobody is refused or cut off.</summary>
internal static class RestartCommand
{
    // A process that has to start among others that are busy; four edges.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    public static Command Create(CliContext context)
    {
        var data = CommonOptions.Data();
        var json = CommonOptions.Json();
        var command = new Command("restart", "Replace the edges' processes, one after the other; nobody is refused.") { data, json };
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var directory = DataDirectory.At(
                    DataDirectory.Resolve(result.GetValue(data), context.Environment, context.CurrentDirectory)
                );
                if (
                    !RunState.TryRead(directory, out var before)
                    || !before.Processes.TryGetValue("up", out var up)
                    || !RestartSignal.Send(up)
                )
                {
                    throw new CliFailure(
                        $"no 'holdfast up' of this user runs on {directory.Root}",
                        "edges under systemd are restarted by systemctl: visitors wait meanwhile",
                        CliFailure.NotFound
                    );
                }

                var now = await ReplacedAsync(context, directory, before, cancellationToken);
                if (result.GetValue(json))
                {
                    context.WriteJson(
                        JsonText.Object(writer =>
                        {
                            foreach (var edge in before.Edges)
                            {
                                writer.WriteNumber(edge.Name, now.Processes[edge.Name]);
                            }
                        })
                    );
                    return;
                }

                foreach (var edge in before.Edges)
                {
                    context.Out.WriteLine(
                        $"{edge.Name} is process {now.Processes[edge.Name]} now; process {before.Processes[edge.Name]} ends what it has begun"
                    );
                }
            }
        );
        return command;
    }

    private static async Task<RunState> ReplacedAsync(
        CliContext context,
        DataDirectory directory,
        RunState before,
        CancellationToken cancellationToken
    )
    {
        var began = context.Time.GetTimestamp();
        while (context.Time.GetElapsedTime(began) < LongestWait)
        {
            if (
                RunState.TryRead(directory, out var now)
                && before.Edges.All(edge => now.Processes.TryGetValue(edge.Name, out var process) && process != before.Processes[edge.Name])
            )
            {
                return now;
            }

            await Task.Delay(BetweenLooks, context.Time, cancellationToken);
        }

        throw new CliFailure(
            $"the edges were not all replaced within {LongestWait.TotalMinutes} minutes",
            "what 'up' says on standard error tells why",
            CliFailure.Failed
        );
    }
}
