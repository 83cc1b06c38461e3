namespace Holdfast.Releases.Rollout;

/// <summary>
/// A release on trial, as the part of an edge shows it that uses its kind: first beside what is live, where the kind can do that, then
/// alone. Used by one thread at a time; none of it may throw.
/// </summary>
public interface IReleaseSides
{
    /// <summary>Whether both can be in use at once, and somebody is there to meet the candidate.</summary>
    bool CanSlice { get; }

    /// <summary>
    /// Has a share of the requests meet the candidate, 1 to 99%; or only watches it, with 100, after it was taken into use. What was
    /// counted begins at 0 again.
    /// </summary>
    void Widen(int share);

    /// <summary>How both sides are. Called several times a second.</summary>
    SideReading Read();

    /// <summary>The trial has ended: nobody meets a candidate beside what is live, and nothing is counted any more.</summary>
    void End();
}
