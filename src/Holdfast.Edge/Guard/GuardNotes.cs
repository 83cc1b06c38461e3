namespace Holdfast.Edge.Guard;

/// <summary>What the guard did to one request: for its log record and its debug header. One flow of control at a time.</summary>
internal struct GuardNotes
{
    /// <summary>The modules that failed for this request, a bit each.</summary>
    public uint Faulted { get; set; }

    /// <summary>The modules that were not run because their breaker is open.</summary>
    public uint Skipped { get; set; }

    /// <summary>How the last one failed.</summary>
    public FaultKind LastKind { get; set; }

    /// <summary>Whether there is something to say.</summary>
    public readonly bool Any => (Faulted | Skipped) != 0;
}
