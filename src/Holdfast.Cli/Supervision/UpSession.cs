using System.Runtime.InteropServices;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Supervision;

/// <summary>One run of <c>holdfast up</c>: lock, sockets, children, ready, and the wait for the signal that ends it.</summary>
internal sealed class UpSession(UpOptions options, CliContext context)
{
    private readonly DataDirectory data = DataDirectory.At(options.DataDirectory);

    // Neither is disposed: a signal may come at any time until the process is gone.
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource hurry = new();

    /// <summary>Runs until a signal.</summary>
    /// <returns>0 when it was told to end.</returns>
    /// <exception cref="CliFailure">It cannot start.</exception>
    public async Task<int> RunAsync()
    {
        var startedAt = context.Time.GetTimestamp();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        using var logging = new LineLoggerProvider(context.Error, "up", LineLoggerProvider.LevelFrom(context.Environment), context.Time);
        var logger = logging.CreateLogger("up");

        data.Create();
        using var dataLock = DataDirectoryLock.Take(data);
        try
        {
            await PreviousRun.WaitForItsEndAsync(data, Progress, context.Time, stop.Token);
        }
        catch (OperationCanceledException)
        {
            return 0;
        }

        using var listeners = Listeners.Bind(options);
        var supervisor = new Supervisor(OwnProgram.Find(), options, listeners, context, logger);
        try
        {
            var control = await supervisor.StartAsync(Progress, stop.Token, hurry.Token);
            await ReadyAsync(supervisor, listeners.Edges[0], control?.AdminToken, startedAt);
            await ReplaceWhenToldAsync(supervisor);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to end while it was still starting.
        }
        finally
        {
            await stop.CancelAsync();
            await supervisor.WaitForEndAsync();
        }

        Progress("stopped");
        return 0;
    }

    // Until all is to stop: 'holdfast node restart' signals.
    private async Task ReplaceWhenToldAsync(Supervisor supervisor)
    {
        using var signals = new SemaphoreSlim(0, 1);
        using var replace = PosixSignalRegistration.Create(
            RestartSignal.Number,
            signal =>
            {
                signal.Cancel = true;
                try
                {
                    signals.Release();
                }
                catch (SemaphoreFullException)
                {
                    // One that has not begun yet is enough for both.
                }
            }
        );
        while (true)
        {
            await signals.WaitAsync(stop.Token);
            await supervisor.ReplaceEdgesAsync(stop.Token);
        }
    }

    private async Task ReadyAsync(Supervisor supervisor, EdgeListeners edge1, string? adminToken, long startedAt)
    {
        if (adminToken is not null)
        {
            DataDirectory.WriteAtomically(data.TokenFile, adminToken + "\n");
        }

        var statusToken = supervisor.StatusReady?.AdminToken;
        if (statusToken is not null)
        {
            DataDirectory.WriteAtomically(data.StatusTokenFile, statusToken + "\n");
        }

        if (options.Origin is { } origin)
        {
            var token =
                ControlToken.TryFind(adminToken ?? options.AdminToken, context.Environment, data)
                ?? throw new CliFailure("--origin: there is no admin token to make the zone with", "give one with HOLDFAST_TOKEN");
            if (!await ZoneSetup.ServeEveryHostFromAsync(supervisor.State, token, origin, context.Time, stop.Token))
            {
                Progress("the zone * is on its way to edge-1");
            }
        }

        var state = supervisor.State;
        if (options.Json)
        {
            if (adminToken is not null)
            {
                Progress($"the admin token is in {data.TokenFile}");
            }

            if (statusToken is not null)
            {
                Progress($"the status page's token is in {data.StatusTokenFile}");
            }

            context.WriteJson(state.ToReadyLine().ToJson());
            return;
        }

        new ReadySummary(context, options, state, edge1).Write(adminToken, context.Time.GetElapsedTime(startedAt));
    }

    /// <summary>The first signal ends everything in good order; a second one at once.</summary>
    private void End(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (stop.IsCancellationRequested)
        {
            hurry.Cancel();
            return;
        }

        Progress("stopping");
        stop.Cancel();
    }

    private void Progress(string text) => context.Error.WriteLine($"holdfast: {text}");
}
