using System.Diagnostics;
using Holdfast.Cli.Settings;

namespace Holdfast.Cli.Supervision;

/// <summary>
/// What an <c>up</c> that was killed left behind: its children end by themselves, but until they have, they hold the listening sockets.
/// </summary>
internal static class PreviousRun
{
    /// <summary>Longer than a child takes at most to end once its starter is gone.</summary>
    private static readonly TimeSpan Patience = SupervisedChild.StopTime + TimeSpan.FromSeconds(2);

    /// <summary>Waits until the children of the last run have ended; returns at once when there are none.</summary>
    /// <param name="data">Locked: no other <c>up</c> runs on it.</param>
    /// <param name="progress">Told when there is something to wait for.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task WaitForItsEndAsync(
        DataDirectory data,
        Action<string> progress,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (!RunState.TryRead(data, out var state))
        {
            return;
        }

        using var deadline = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        foreach (var (name, id) in state.Processes.Where(process => process.Key != "up"))
        {
            try
            {
                using var process = Process.GetProcessById(id);
                if (!await IsOurChildAsync(id, data, either.Token))
                {
                    continue;
                }

                progress($"waiting for {name} of the previous run (process {id}) to end");
                await process.WaitForExitAsync(either.Token);
            }
            catch (ArgumentException)
            {
                // No such process: the usual case.
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // It outlived its own deadline; binding the sockets will tell whether that matters.
                return;
            }
        }
    }

    /// <summary>Process ids are given out again; ours is a supervised role on this very directory.</summary>
    private static async Task<bool> IsOurChildAsync(int id, DataDirectory data, CancellationToken cancellationToken)
    {
        try
        {
            var arguments = (await File.ReadAllTextAsync($"/proc/{id}/cmdline", cancellationToken)).Split('\0');
            return arguments.Contains(ChildArguments.Supervised) && arguments.Contains(data.Root);
        }
        catch (IOException)
        {
            // It ended while we looked.
            return false;
        }
    }
}
