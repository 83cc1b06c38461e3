using System.Runtime.InteropServices;
using Holdfast.Cli.Supervision;
using Holdfast.Cli.Terminal;
using Holdfast.Edge.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Cli.Roles;

/// <summary>
/// A process that runs one role. Under <c>up</c> it ends when the pipe that is its standard input closes, ignores Ctrl-C (which reaches
/// the whole process group and is <c>up</c>'s to act on), and tells that it serves on standard output. Alone it ends by SIGINT or SIGTERM.
/// </summary>
internal static class RoleProcess
{
    /// <summary>How long a role may take to end before the process ends anyway; shorter than <c>up</c>'s patience.</summary>
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(9);

    // The same of an edge that has handed over: nobody waits for it, and what it still serves may take its time.
    private static readonly TimeSpan LeavingTime = EdgeHost.LeavingTime + TimeSpan.FromSeconds(4);

    /// <summary>Runs the role to its end.</summary>
    /// <param name="context">The process.</param>
    /// <param name="role"><c>control</c> or <c>edge</c>.</param>
    /// <param name="name">The node's name.</param>
    /// <param name="supervised">Whether <c>up</c> started it.</param>
    /// <param name="json">Alone: tell ready as a line of JSON on standard output.</param>
    /// <param name="run">The role; calls its argument when it serves and ends when cancelled.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        CliContext context,
        string role,
        string name,
        bool supervised,
        bool json,
        Func<ILoggerProvider, Action<ReadyInfo>, CancellationToken, Task> run
    )
    {
        // Neither is disposed: the starter's pipe may close at any time until the process is gone.
        var stop = new CancellationTokenSource();
        var last = new Timer(_ => Environment.Exit(0));
        Func<Task>? handOver = null;
        var hasHandedOver = false;
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Handle(signal, act: !supervised));
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => Handle(signal, act: !supervised));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Handle(signal, act: true));
        if (supervised)
        {
            WatchStarter(HandOver, Stop);
        }

        using var logging = new LineLoggerProvider(context.Error, name, LineLoggerProvider.LevelFrom(context.Environment), context.Time);
        try
        {
            await run(logging, Ready, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to end while it was still starting.
        }

        return 0;

        void Ready(ReadyInfo info)
        {
            Volatile.Write(ref handOver, info.HandOver);
            if (supervised || json)
            {
                var visitors = info.Visitors.IsEmpty ? null : info.Visitors.ToArray();
                context.WriteJson(
                    new ReadyMessage(true, role, name, info.AdminToken, visitors, info.Management, info.Nodes, info.Page).ToJson()
                );
                return;
            }

            context.Error.WriteLine($"holdfast: {name} is ready");
            foreach (var url in info.Visitors)
            {
                context.Error.WriteLine($"holdfast: {name} listens on {url}");
            }

            if (info.Nodes is { } nodes)
            {
                context.Error.WriteLine($"holdfast: {name} listens for nodes on {nodes}");
            }

            if (info.Page is { } page)
            {
                context.Error.WriteLine($"holdfast: {name} answers on {page}");
            }

            if (info.AdminToken is { } token && token != context.Environment($"HOLDFAST_{(role == "status" ? "STATUS" : "ADMIN")}_TOKEN"))
            {
                context.Error.WriteLine($"holdfast: {(role == "status" ? "the status page's" : "admin")} token, shown once: {token}");
            }
        }

        // On the thread that reads what the starter says: nothing else comes meanwhile but the order to end.
        void HandOver()
        {
            if (Volatile.Read(ref handOver) is { } role && !stop.IsCancellationRequested)
            {
                try
                {
                    role().GetAwaiter().GetResult();
                }
                catch (Exception fault)
                {
                    // The starter waits in vain, ends this process and starts another.
                    context.Error.WriteLine($"holdfast: {name} could not hand over: {fault.Message}");
                    return;
                }

                Volatile.Write(ref hasHandedOver, true);
                context.WriteJson(ReadyMessage.HandedOver);
            }
        }

        void Handle(PosixSignalContext signal, bool act)
        {
            signal.Cancel = true;
            if (act)
            {
                Stop();
            }
        }

        void Stop()
        {
            // The process ends whatever happens to the role: an end that hangs would hold the listening sockets.
            last.Change(Volatile.Read(ref hasHandedOver) ? LeavingTime : StopTime, Timeout.InfiniteTimeSpan);
            stop.Cancel();
        }
    }

    /// <summary>
    /// Calls back when the starter asks to hand over, and when its end of standard input closes, by its order or by its death. A thread of its own, because a read from a
    /// pipe blocks for as long as the starter lives.
    /// </summary>
    private static void WatchStarter(Action handOver, Action ended)
    {
        var input = new StreamReader(Console.OpenStandardInput());
        var thread = new Thread(() =>
        {
            try
            {
                while (input.ReadLine() is { } line)
                {
                    if (line == ChildArguments.HandOver)
                    {
                        handOver();
                    }
                }
            }
            catch (IOException)
            {
                // A pipe that cannot be read is as good as closed.
            }

            ended();
        })
        {
            IsBackground = true,
            Name = "starter's pipe",
        };
        thread.Start();
    }
}
