using Holdfast.Drills.Programs;

namespace Holdfast.Drills.Fleets;

/// <summary>
/// One machine of the fleet: a data directory, the sockets in front of it, and the process that serves them, started again when it dies,
/// as a socket unit and a service unit of systemd do it.
/// </summary>
internal sealed class FleetNode : IAsyncDisposable
{
    /// <summary>How long a start may take on a busy machine.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    /// <summary>How long an end in good order may take: what is in flight has 8 s.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(15);

    private readonly IHoldfastProgram program;
    private readonly IReadOnlyList<string> arguments;
    private readonly IReadOnlyList<IHeldListener> listeners;
    private readonly IReadOnlyDictionary<string, string?> environment;
    private readonly TextWriter messages;
    private readonly Lock gate = new();
    private IHoldfastProcess? process;
    private Task keeping = Task.CompletedTask;
    private bool wanted;

    /// <param name="program">The program.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="data">Its data directory; it is made.</param>
    /// <param name="arguments">Without <c>--data</c> and <c>--json</c>.</param>
    /// <param name="listeners">Its sockets; they are closed with it.</param>
    /// <param name="environment">Variables of its processes.</param>
    public FleetNode(
        IHoldfastProgram program,
        string name,
        string data,
        IEnumerable<string> arguments,
        IReadOnlyList<IHeldListener> listeners,
        IReadOnlyDictionary<string, string?>? environment = null
    )
    {
        this.program = program;
        Name = name;
        Data = data;
        this.arguments = [.. arguments, "--data", data, "--json"];
        this.listeners = listeners;
        this.environment = environment ?? new Dictionary<string, string?>();
        Directory.CreateDirectory(data);
        messages = TextWriter.Synchronized(new StreamWriter(data + ".log") { AutoFlush = true });
    }

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>Its data directory.</summary>
    public string Data { get; }

    /// <summary>Arguments of the processes that are started from now on, beside those that it always has.</summary>
    public IReadOnlyList<string> FurtherArguments { get; set; } = [];

    /// <summary>Whether a process that dies is started again.</summary>
    public bool Restarting { get; init; } = true;

    /// <summary>Whether its disk may be filled.</summary>
    public bool DiskMayFill { get; init; }

    /// <summary>Told that its process has died, before it is started again.</summary>
    public Action? Died { get; set; }

    /// <summary>How often its process died by itself or by <see cref="CrashAsync"/>.</summary>
    public int Deaths { get; private set; }

    /// <summary>How often its process died and was started again.</summary>
    public int Restarts { get; private set; }

    /// <summary>The management listener of the process that runs now; null until it serves.</summary>
    public Uri? Management => Current().Ready is { IsCompletedSuccessfully: true } ready ? ready.Result.Management : null;

    /// <summary>Starts it and waits until it serves.</summary>
    /// <exception cref="DrillFailure">It does not serve in time.</exception>
    public async Task<ProgramReady> StartAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (wanted)
            {
                throw new InvalidOperationException($"{Name} runs");
            }

            wanted = true;
            process = Launch();
            keeping = KeepAsync(process);
        }

        return await ReadyAsync(cancellationToken);
    }

    /// <summary>Waits until the process that runs now serves.</summary>
    /// <exception cref="DrillFailure">It does not in time.</exception>
    public async Task<ProgramReady> ReadyAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        while (!limit.IsCancellationRequested)
        {
            var current = Current();
            try
            {
                return await current.Ready.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!limit.IsCancellationRequested)
            {
                // It ended before it served. Its successor is started as soon as the end was noticed.
                await current.Ended.WaitAsync(limit.Token);
                await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new DrillFailure(
            $"{Name} does not serve within {StartLimit.TotalSeconds:0} s; its last words: {Current().LastMessage ?? "none"}"
        );
    }

    /// <summary>Gives a command on the machine itself, as its administrator does, and waits for its end.</summary>
    /// <param name="command">Without <c>--data</c>.</param>
    /// <returns>The last line that it wrote to standard error; null for none.</returns>
    public async Task<string?> OrderAsync(params string[] command)
    {
        using var order = program.Start(
            new ProgramStart($"{Name}, by hand", [.. command, "--data", Data], [], new Dictionary<string, string?>(), messages)
        );
        if (await Task.WhenAny(order.Ended, Task.Delay(StartLimit)) != order.Ended)
        {
            order.Kill();
            throw new DrillFailure($"{Name}: '{string.Join(' ', command)}' does not end within {StartLimit.TotalSeconds:0} s");
        }

        return order.LastMessage;
    }

    /// <summary>kill -9; it is started again at once. Ends when the process has ended.</summary>
    public Task CrashAsync()
    {
        var current = Current();
        current.Kill();
        return current.Ended;
    }

    /// <summary>kill -9, and it stays down until <see cref="StartAsync"/>.</summary>
    public Task KillAsync() => DownAsync(static process => process.Kill());

    /// <summary>Fills its disk, or makes room again. The process that runs now has it; one that is started later has room.</summary>
    public void FillDisk(bool full) => Current().FillDisk(full);

    /// <summary>Ends it in good order, and it stays down until <see cref="StartAsync"/>.</summary>
    public Task StopAsync() => DownAsync(static process => process.OrderToEnd());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        foreach (var listener in listeners)
        {
            listener.Dispose();
        }

        await messages.DisposeAsync();
    }

    private async Task DownAsync(Action<IHoldfastProcess> how)
    {
        Task kept;
        IHoldfastProcess? last;
        lock (gate)
        {
            wanted = false;
            last = process;
            kept = keeping;
        }

        if (last is null)
        {
            return;
        }

        how(last);
        if (await Task.WhenAny(kept, Task.Delay(EndLimit)) != kept)
        {
            last.Kill();
            await kept;
        }
    }

    private IHoldfastProcess Current()
    {
        lock (gate)
        {
            return process ?? throw new InvalidOperationException($"{Name} was never started");
        }
    }

    private IHoldfastProcess Launch() =>
        program.Start(
            new ProgramStart(Name, [.. arguments, .. FurtherArguments], listeners, environment, messages) { DiskMayFill = DiskMayFill }
        );

    private async Task KeepAsync(IHoldfastProcess running)
    {
        while (true)
        {
            await running.Ended;
            lock (gate)
            {
                running.Dispose();
                if (!wanted)
                {
                    return;
                }

                Deaths++;
                Died?.Invoke();
                if (!Restarting)
                {
                    return;
                }

                Restarts++;
                process = running = Launch();
            }
        }
    }
}
