namespace Holdfast.Edge.Guard;

/// <summary>How a module failed.</summary>
internal enum FaultKind
{
    /// <summary>It threw an exception.</summary>
    Exception,

    /// <summary>It was over its time at a checkpoint, or awaited something for too long.</summary>
    Time,

    /// <summary>It allocated more than it may.</summary>
    Allocation,

    /// <summary>It passes no checkpoint and does not come back: its thread is lost.</summary>
    LostThread,
}
