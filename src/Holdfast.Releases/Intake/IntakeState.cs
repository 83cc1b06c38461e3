namespace Holdfast.Releases.Intake;

/// <summary>A picture of the intake at one moment.</summary>
public sealed record IntakeState
{
    /// <summary>The last feed position dealt with.</summary>
    public long Position { get; init; }

    /// <summary>Whether the feed is delivering.</summary>
    public bool Connected { get; init; }

    /// <summary>Why the feed was lost last, or null when it never was.</summary>
    public string? LastError { get; init; }

    /// <summary>When the feed last delivered anything, or null.</summary>
    public DateTimeOffset? LastMessageAt { get; init; }

    /// <summary>Artifacts in use.</summary>
    public int Live { get; init; }

    /// <summary>Releases taken into use since the start.</summary>
    public long Accepted { get; init; }

    /// <summary>Releases refused since the start.</summary>
    public long Refused { get; init; }

    /// <summary>Releases that hold the taster up and have no verdict yet.</summary>
    public int PutAside { get; init; }

    /// <summary>Releases that wait behind a pin of this machine's.</summary>
    public int Held { get; init; }

    /// <summary>Why releases are not tasted, and wait; null while they are.</summary>
    public string? TasterProblem { get; init; }

    /// <summary>Writes to the store that failed since the start.</summary>
    public long FailedWrites { get; init; }

    /// <summary>Accepted releases that are in memory only, because they could not be written yet.</summary>
    public int Unsaved { get; init; }
}
