namespace Holdfast.Edge.Guard;

/// <summary>What modules may take, and when the guard steps in.</summary>
internal sealed record GuardLimits
{
    /// <summary>
    /// What one module may take for one request between its begin and a checkpoint. A thousand times what a module normally takes: a collection or
    /// a busy machine must not look like a fault.
    /// </summary>
    public TimeSpan TimeBudget { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a module may await something of its own, such as the disk; the origin and the visitor have times of their own.</summary>
    public TimeSpan AwaitBudget { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes that one module may allocate for one request: several times the most that rules may compute.</summary>
    public long AllocationBudget { get; init; } = 16 * 1024 * 1024;

    /// <summary>Faults within <see cref="FaultWindow"/> that open the breaker.</summary>
    public int FaultsToOpen { get; init; } = 5;

    /// <summary>How long a fault counts.</summary>
    public TimeSpan FaultWindow { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a breaker stays open before the module is tried again; it doubles each time that fails.</summary>
    public TimeSpan FirstRest { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest that it does. A fault whose cause has gone is over within that time.</summary>
    public TimeSpan LongestRest { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Requests in a row, one at a time, that have to go well before the breaker closes.</summary>
    public int ProbesToClose { get; init; } = 3;

    /// <summary>How often the watchdog looks.</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Looks at which a thread is still in the module's same run until it counts as lost: 2 s, eight times the budget. Looks are counted and not
    /// time, so that a machine that was suspended loses no thread.
    /// </summary>
    public int LooksUntilLost { get; init; } = 8;

    /// <summary>
    /// Lost threads that are put up with; with one more the process asks to be replaced. Each thread that waits for the sockets' events serves its
    /// share of the connections, and there is one for each processor.
    /// </summary>
    public int LostThreadsAllowed { get; init; } = Environment.ProcessorCount / 8;
}
