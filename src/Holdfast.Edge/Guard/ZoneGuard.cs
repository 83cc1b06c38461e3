using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Slices;

namespace Holdfast.Edge.Guard;

/// <summary>
/// The guard of one zone's modules: it outlives the zone's releases. A module that runs well costs two reads and a few writes to memory of its own
/// thread. Any thread.
/// </summary>
/// <param name="edge">The edge's guard.</param>
/// <param name="id">The zone's id; empty for what runs before the zone is known.</param>
/// <param name="live">The zone's own guard, when this one stands beside it for something on trial that many zones use.</param>
internal sealed class ZoneGuard(EdgeGuard edge, string id, ZoneGuard? live = null)
{
    private uint _tripped;
    private ModuleBreaker?[]? _breakers;
    private ZoneSlice? _slice;
    private long _nextSampleAt;

    /// <summary>The edge's guard.</summary>
    public EdgeGuard Edge => edge;

    /// <summary>The zone's id.</summary>
    public string Id => id;

    /// <summary>The zone's own guard, when this one stands beside it; else null.</summary>
    public ZoneGuard? Live => live;

    /// <summary>The zone's release on trial, or null: then it costs nothing more than to see that.</summary>
    public ZoneSlice? Slice
    {
        get => live is null ? Volatile.Read(ref _slice) : live.Slice;
        set => Volatile.Write(ref _slice, value);
    }

    /// <summary>When a request of the zone may be sampled next, in the ticks of <see cref="Environment.TickCount64"/>.</summary>
    public long NextSampleAt
    {
        get => live?.NextSampleAt ?? Volatile.Read(ref _nextSampleAt);
        set => Volatile.Write(ref live is null ? ref _nextSampleAt : ref live._nextSampleAt, value);
    }

    /// <summary>The breakers of modules that have had faults.</summary>
    public IEnumerable<ModuleBreaker> Breakers => Volatile.Read(ref _breakers)?.OfType<ModuleBreaker>() ?? [];

    /// <summary>Whether a module is to run for a request now; if not, its mode decides what becomes of the request.</summary>
    public bool MayRun(EdgeModule module, EdgeRequest request) =>
        ((Volatile.Read(ref _tripped) | KilledFor(request)) & module.Bit) == 0 || MayProbe(module, request);

    /// <summary>Runs a module that does not await.</summary>
    /// <param name="module">Which.</param>
    /// <param name="request">For which request.</param>
    /// <param name="state">What it gets.</param>
    /// <param name="work">What it does; a static lambda, so that nothing is allocated.</param>
    /// <param name="otherwise">The result when it is not run, or fails.</param>
    public TResult Run<TState, TResult>(EdgeModule module, EdgeRequest request, TState state, Func<TState, TResult> work, TResult otherwise)
    {
        if (!MayRun(module, request))
        {
            return otherwise;
        }

        var result = RunPart(module, request, state, work, otherwise);
        if ((request.Guarded.Faulted & module.Bit) == 0)
        {
            Succeeded(module);
        }

        return result;
    }

    /// <summary>Runs the part of a module that does not await, once <see cref="MayRun"/>; whether the whole went well is told afterwards.</summary>
    public TResult RunPart<TState, TResult>(
        EdgeModule module,
        EdgeRequest request,
        TState state,
        Func<TState, TResult> work,
        TResult otherwise
    )
    {
        var slot = GuardSlot.Current;
        slot.Begin(this, module, edge.Look);
        try
        {
            Meet((FaultPoint)module);
            var result = work(state);
            var allocated = slot.End();
            if (allocated > edge.Limits.AllocationBudget)
            {
                Charge(module, FaultKind.Allocation, $"it allocated {allocated} bytes for one request", null, request);
            }

            return result;
        }
        catch (Exception e)
        {
            Faulted(module, e, request);
            return otherwise;
        }
    }

    /// <summary>Whether a module is being tried after faults, so that it is to be told how it went.</summary>
    public bool IsTried(EdgeModule module) => (Volatile.Read(ref _tripped) & module.Bit) != 0;

    /// <summary>A module has done its job; only one that is being tried is told.</summary>
    public void Succeeded(EdgeModule module)
    {
        if (IsTried(module) && BreakerOf(module).Succeeded())
        {
            Interlocked.And(ref _tripped, ~module.Bit);
            edge.Closed(this, module);
        }
    }

    /// <summary>A module has thrown. What it did ends here, for this request; the caller goes on in the module's mode.</summary>
    public void Faulted(EdgeModule module, Exception exception, EdgeRequest? request)
    {
        GuardSlot.Current.End();
        if (edge.IsOff)
        {
            ExceptionDispatchInfo.Throw(exception);
        }

        Charge(
            module,
            exception is BudgetPassedException or TimeoutException ? FaultKind.Time : FaultKind.Exception,
            Describe(exception),
            exception,
            request
        );
    }

    /// <summary>A module has not come back.</summary>
    public void Lost(EdgeModule module) => Charge(module, FaultKind.LostThread, "its thread does not come back", null, null);

    /// <summary>Where tests and drills make a module fail that awaits something.</summary>
    public Task MeetAsync(FaultPoint point) => edge.Faults?.MeetAsync(point, id) ?? Task.CompletedTask;

    /// <summary>Where tests and drills make a module fail; nothing unless the edge was started for that.</summary>
    public void Meet(FaultPoint point)
    {
        if (edge.Faults is { } faults)
        {
            faults.Meet(point, id);
        }
    }

    /// <summary>Whether an exception is a module's fault, rather than the visitor's leaving or the process's end.</summary>
    public static bool IsFault(Exception exception) =>
        exception is not (IOException or OperationCanceledException or OutOfMemoryException or ModuleFaultException);

    // Part of what the request runs on, so that it sees those of one moment.
    private uint KilledFor(EdgeRequest request) => request.Zone is { } zone ? zone.Killed : edge.Killed;

    private bool MayProbe(EdgeModule module, EdgeRequest request)
    {
        if ((KilledFor(request) & module.Bit) != 0)
        {
            return false;
        }

        if (BreakerOf(module).MayProbe())
        {
            return true;
        }

        request.Guarded.Skipped |= module.Bit;
        edge.Skipped(module);
        return false;
    }

    private void Charge(EdgeModule module, FaultKind kind, string what, Exception? exception, EdgeRequest? request)
    {
        if (edge.IsOff)
        {
            return;
        }

        if (request is not null)
        {
            request.Guarded.Faulted |= module.Bit;
            request.Guarded.LastKind = kind;
        }

        var outcome = BreakerOf(module).Faulted(what, isLost: kind == FaultKind.LostThread, request?.Zone?.Generation ?? 0);
        if (outcome == FaultOutcome.Opened)
        {
            Interlocked.Or(ref _tripped, module.Bit);
        }

        edge.Faulted(this, module, kind, what, exception, outcome, request?.Zone?.Generation ?? 0);
    }

    private ModuleBreaker BreakerOf(EdgeModule module)
    {
        var breakers = Volatile.Read(ref _breakers);
        if (breakers is null)
        {
            breakers = new ModuleBreaker?[EdgeModules.Count];
            breakers = Interlocked.CompareExchange(ref _breakers, breakers, null) ?? breakers;
            edge.Keep(this);
        }

        ref var breaker = ref breakers[(int)module];
        return Volatile.Read(ref breaker) ?? Interlocked.CompareExchange(ref breaker, new ModuleBreaker(this, module), null) ?? breaker!;
    }

    // The innermost place of ours, which is where to look.
    private static string Describe(Exception exception)
    {
        var methods = new StackTrace(exception).GetFrames().Select(frame => frame.GetMethod());
        var site = methods.FirstOrDefault(method =>
            method?.DeclaringType?.Namespace?.StartsWith("Holdfast.", StringComparison.Ordinal) == true
        );
        return $"{exception.GetType().Name}: {exception.Message}" + (site is null ? "" : $" at {site.DeclaringType?.Name}.{site.Name}");
    }
}
