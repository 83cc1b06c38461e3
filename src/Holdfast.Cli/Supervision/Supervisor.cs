using System.Collections.Immutable;
using System.Security.Cryptography;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;
using Microsoft.Extensions.Logging;

namespace Holdfast.Cli.Supervision;

/// <summary>
/// The children of one <c>up</c>: starts them, keeps them alive, writes <c>run/up.json</c> whenever a process id changes, ends them.
/// </summary>
internal sealed partial class Supervisor
{
    /// <summary>How long the first start of a child may take: migrations of a large database, a slow disk.</summary>
    private static readonly TimeSpan ReadyTime = TimeSpan.FromSeconds(60);

    private readonly DataDirectory data;
    private readonly CliContext context;
    private readonly ILogger logger;
    private readonly SupervisedChild control;
    private readonly SupervisedChild? status;
    private readonly ImmutableArray<SupervisedChild> edges;
    private readonly RunState state;
    private readonly Lock stateLock = new();
    private readonly List<Task> runningEdges = [];

    // Neither is touched by two threads: StartAsync and WaitForEndAsync follow each other. Control outlives the edges, so that their last
    // records reach it and none takes its end for a fault.
    private readonly CancellationTokenSource stopControl = new();
    private Task runningControl = Task.CompletedTask;
    private Task runningStatus = Task.CompletedTask;

    private readonly bool isFirstStart;

    /// <summary>What the edges prove themselves with at this machine's status page; of this run, and stored nowhere.</summary>
    private readonly string evidenceToken = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));

    /// <param name="program">What the children run.</param>
    /// <param name="options">What <c>up</c> was asked to do.</param>
    /// <param name="listeners">Bound; they outlive the supervisor.</param>
    /// <param name="context">Clock and standard error.</param>
    /// <param name="logger">Ends and restarts.</param>
    public Supervisor(OwnProgram program, UpOptions options, Listeners listeners, CliContext context, ILogger logger)
    {
        this.context = context;
        this.logger = logger;
        data = DataDirectory.At(options.DataDirectory);
        isFirstStart = !File.Exists(data.InitializedFile);
        var controlUrl = Listeners.Url("http", listeners.Control);
        control = Supervise(
            program,
            new ChildSpec
            {
                Name = "control",
                Arguments = ChildArguments.Control(data.Root, listeners.Control, listeners.Nodes, options.Faulty),
                Sockets = listeners.Nodes is { } nodes ? [listeners.Control, nodes] : [listeners.Control],
                Environment = new Dictionary<string, string?>
                {
                    [AdminTokenVariable] = options.AdminToken,
                    [StatusTokenVariable] = null,
                    [EvidenceSettings.TokenVariable] = null,
                },
            },
            mustStart: isFirstStart
        );
        status = listeners.Status is { } page ? Supervise(program, StatusSpec(page, listeners.Edges, options), mustStart: false) : null;
        edges =
        [
            .. listeners.Edges.Select(edge =>
                Supervise(
                    program,
                    new ChildSpec
                    {
                        Name = edge.Name,
                        Arguments = ChildArguments.Edge(
                            edge.Name,
                            data.Root,
                            controlUrl,
                            edge.Http,
                            edge.Https,
                            edge.Management,
                            options.Uppers,
                            options.FaultInjection,
                            options.Faulty
                        ),
                        Sockets = edge.All,
                        IsEdge = true,
                        Environment = EdgeEnvironment(listeners.Status, edge, options),
                    },
                    mustStart: true
                )
            ),
        ];
        state = new RunState
        {
            StartedAt = context.Time.GetUtcNow(),
            Version = CliContext.Version,
            Control = controlUrl,
            Nodes = listeners.Nodes is { } forNodes ? Listeners.Url("https", forNodes) : null,
            Status = listeners.Status is { } shown ? Listeners.Url("http", shown) : null,
            Edges = [.. listeners.Edges.Select(edge => edge.Urls)],
            Processes = ImmutableDictionary<string, int>.Empty,
            Restarts = ImmutableDictionary<string, int>.Empty,
        };
    }

    /// <summary>Hands the first admin token to control, and to nobody else.</summary>
    private const string AdminTokenVariable = "HOLDFAST_ADMIN_TOKEN";

    /// <summary>Hands the status page's first token to it, and to nobody else.</summary>
    private const string StatusTokenVariable = "HOLDFAST_STATUS_TOKEN";

    /// <summary>What the status page said when it was ready; null when it does not start now, which is being tried on.</summary>
    public ReadyMessage? StatusReady { get; private set; }

    /// <summary>The processes and addresses as they are now.</summary>
    public RunState State
    {
        get
        {
            var children = edges.Prepend(control).Concat(status is null ? [] : [status]);
            var processes = new OrderedDictionary<string, int> { ["up"] = Environment.ProcessId };
            foreach (var child in children)
            {
                processes[child.Name] = child.ProcessId;
            }

            return state with
            {
                Processes = processes,
                Restarts = children.ToDictionary(child => child.Name, child => child.Restarts),
            };
        }
    }

    /// <summary>
    /// Starts everything and waits until it serves. On the first start of a data directory control comes first, because it makes the keys
    /// that edges trust, and has to work; later all start at once, and an edge serves with or without control.
    /// </summary>
    /// <param name="progress">Told what is being started.</param>
    /// <param name="stop">Ends the children in good order.</param>
    /// <param name="hurry">Ends them at once.</param>
    /// <returns>What control said when it was ready; null when it does not start now, which is being tried on.</returns>
    /// <exception cref="CliFailure">A child did not start.</exception>
    /// <exception cref="OperationCanceledException">Stopped before all was ready.</exception>
    public async Task<ReadyMessage?> StartAsync(Action<string> progress, CancellationToken stop, CancellationToken hurry)
    {
        progress("starting control");
        runningControl = control.RunAsync(stopControl.Token, hurry);
        runningStatus = status?.RunAsync(stop, hurry) ?? Task.CompletedTask;
        var controlReady = isFirstStart ? await ReadyAsync(control, stop) : null;

        progress(edges.Length == 1 ? "starting edge-1" : $"starting edge-1 to edge-{edges.Length}");
        foreach (var edge in edges)
        {
            runningEdges.Add(edge.RunAsync(stop, hurry));
        }

        foreach (var edge in edges)
        {
            await ReadyAsync(edge, stop);
        }

        // Nobody waits for the status page, and it waits for nobody: what it tells of has to start without it.
        StatusReady = status is null ? null : await ReadyOrNullAsync(status, stop);
        if (isFirstStart)
        {
            DataDirectory.WriteAtomically(data.InitializedFile, CliContext.Version + "\n");
            return controlReady;
        }

        return await ReadyOrNullAsync(control, stop);
    }

    /// <summary>Replaces the edges' processes, one after the other: each new one serves before the next is asked to hand over.</summary>
    public async Task ReplaceEdgesAsync(CancellationToken stop)
    {
        foreach (var edge in edges)
        {
            await edge.ReplaceAsync(stop);
        }
    }

    /// <summary>Ends when every child has ended: the edges after the start's stop was cancelled, then control; removes <c>run/up.json</c>.</summary>
    public async Task WaitForEndAsync()
    {
        await Task.WhenAll(runningEdges.Append(runningStatus));
        await stopControl.CancelAsync();
        await runningControl;
        try
        {
            lock (stateLock)
            {
                File.Delete(data.RunFile);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // What is left names processes that are gone; the next start and 'holdfast status' look whether they are.
            LogStateNotWritten(logger, data.RunFile, fault.Message);
        }
    }

    /// <summary>The edges tell this machine's own page how they are, and those that the user named; their error pages link to it.</summary>
    private Dictionary<string, string?> EdgeEnvironment(ListeningSocket? page, EdgeListeners edge, UpOptions options)
    {
        var pages = options.EvidenceTo.Select(to => to.AbsoluteUri);
        var to = string.Join(',', page is null ? pages : pages.Prepend(Listeners.Url("http", page)));
        return new Dictionary<string, string?>
        {
            [AdminTokenVariable] = null,
            [StatusTokenVariable] = null,
            [EvidenceSettings.ToVariable] = to.Length > 0 ? to : null,
            [EvidenceSettings.TokenVariable] = to.Length > 0 ? options.EvidenceToken ?? evidenceToken : null,
            [StatusPageLink.Variable] = page is null
                ? context.Environment(StatusPageLink.Variable)
                : StatusPageLink.For(page.Address, [.. edge.Http.Concat(edge.Https).Select(socket => socket.Address)]),
        };
    }

    private ChildSpec StatusSpec(ListeningSocket page, IEnumerable<EdgeListeners> edges, UpOptions options) =>
        new()
        {
            Name = "status",
            Arguments = ChildArguments.Status(data.Root, page, edges, options),
            Sockets = [page],
            Environment = new Dictionary<string, string?>
            {
                [AdminTokenVariable] = null,
                [StatusTokenVariable] = options.StatusToken,
                [EvidenceSettings.TokenVariable] = options.EvidenceToken ?? evidenceToken,
            },
        };

    private SupervisedChild Supervise(OwnProgram program, ChildSpec spec, bool mustStart) =>
        new(program, spec, mustStart, context.Error, context.Time, logger, WriteState);

    private async Task<ReadyMessage> ReadyAsync(SupervisedChild child, CancellationToken stop)
    {
        try
        {
            return await child.FirstReady.WaitAsync(ReadyTime, context.Time, stop);
        }
        catch (ChildNeverReadyException fault)
        {
            const string Prefix = "holdfast: ";
            var line = fault.LastErrorLine is { } last && last.StartsWith(Prefix, StringComparison.Ordinal) ? last[Prefix.Length..] : null;
            throw new CliFailure(line is null ? fault.Message : $"{fault.Name} did not start: {line}");
        }
        catch (TimeoutException)
        {
            throw new CliFailure($"{child.Name} was not ready within {ReadyTime.TotalSeconds} s", "its messages are above");
        }
    }

    private async Task<ReadyMessage?> ReadyOrNullAsync(SupervisedChild child, CancellationToken stop)
    {
        try
        {
            return await ReadyAsync(child, stop);
        }
        catch (CliFailure failure)
        {
            LogWithout(logger, child.Name, failure.Message);
            return null;
        }
    }

    private void WriteState()
    {
        try
        {
            lock (stateLock)
            {
                State.Write(data);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A full disk must not keep a child from being replaced; only 'holdfast status' knows less.
            LogStateNotWritten(logger, data.RunFile, fault.Message);
        }
    }

    [LoggerMessage(1011, LogLevel.Warning, "going on without {Child}, which is tried again: {Reason}")]
    private static partial void LogWithout(ILogger logger, string child, string reason);

    [LoggerMessage(1012, LogLevel.Warning, "{File} could not be written: {Reason}")]
    private static partial void LogStateNotWritten(ILogger logger, string file, string reason);
}
