namespace Holdfast.Edge.Guard.Faults;

/// <summary>What happens at a fault point that is tripped.</summary>
internal enum FaultAction
{
    /// <summary>An exception is thrown.</summary>
    Throw,

    /// <summary>The thread waits, or the await lasts, until the fault is cleared; no checkpoint is passed.</summary>
    Hang,

    /// <summary>The thread works for nothing until a checkpoint ends it or the fault is cleared.</summary>
    Spin,

    /// <summary>Memory is allocated.</summary>
    Allocate,

    /// <summary>It takes a while longer.</summary>
    Delay,

    /// <summary>The process ends at once.</summary>
    Kill,
}

/// <summary>A fault that is tripped.</summary>
/// <param name="point">Where.</param>
/// <param name="action">What happens.</param>
/// <param name="zone">The zone's id, or null for every zone.</param>
/// <param name="count">How often; it is cleared then.</param>
/// <param name="amount">Bytes to allocate, or milliseconds of delay.</param>
internal sealed class TrippedFault(FaultPoint point, FaultAction action, string? zone, int count, int amount)
{
    private readonly TaskCompletionSource _cleared = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = count;

    /// <summary>Where.</summary>
    public FaultPoint Point => point;

    /// <summary>What happens.</summary>
    public FaultAction Action => action;

    /// <summary>The zone's id, or null for every zone.</summary>
    public string? Zone => zone;

    /// <summary>Bytes or milliseconds.</summary>
    public int Amount => amount;

    /// <summary>How often it still happens.</summary>
    public int Left => Math.Max(0, Volatile.Read(ref _left));

    /// <summary>Ends when it is cleared.</summary>
    public Task Cleared => _cleared.Task;

    /// <summary>Takes one of its times for a zone.</summary>
    public bool TryTake(string met) => (zone is null || zone == met) && Interlocked.Decrement(ref _left) >= 0;

    /// <summary>Clears it: who hangs goes on.</summary>
    public void Clear()
    {
        Volatile.Write(ref _left, 0);
        _cleared.TrySetResult();
    }
}

/// <summary>What a tripped fault throws.</summary>
internal sealed class InjectedFaultException(FaultPoint point) : Exception($"the fault at {FaultInjection.NameOf(point)} is tripped");
