using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Rollout;

/// <summary>What is on trial and what is held on one edge. One thread at a time.</summary>
/// <param name="options">How fast releases go.</param>
internal sealed class RolloutTable(RolloutOptions options)
{
    private readonly Dictionary<int, RunningTrial> _trials = [];
    private readonly Dictionary<(ArtifactKind, string), HeldRelease> _held = [];
    private readonly Dictionary<(ArtifactKind, string), TimeSpan> _activated = [];
    private TimeSpan _forgetAt;
    private long _heldBytes;

    /// <summary>What is on trial.</summary>
    public IReadOnlyCollection<RunningTrial> Trials => _trials.Values;

    /// <summary>The trial of an artifact, or null.</summary>
    public RunningTrial? TrialOf(int artifact) => _trials.GetValueOrDefault(artifact);

    /// <summary>A trial begins.</summary>
    public void Begin(RunningTrial trial) => _trials[trial.Artifact] = trial;

    /// <summary>A trial has ended.</summary>
    public void End(RunningTrial trial) => _trials.Remove(trial.Artifact);

    /// <summary>What is held of an artifact, or null.</summary>
    public HeldRelease? HeldOf(Release release) => _held.GetValueOrDefault((release.Kind, release.Name));

    /// <summary>Something else than its first release of an artifact was taken into use.</summary>
    public void Activated(Release release, TimeSpan now)
    {
        _activated[(release.Kind, release.Name)] = now;
        if (now >= _forgetAt)
        {
            _forgetAt = now + TimeSpan.FromMinutes(1);
            foreach (var (key, at) in _activated.ToList())
            {
                if (options.PaceOf(key.Item1) is not { } pace || now - at >= pace.Dwell)
                {
                    _activated.Remove(key);
                }
            }
        }
    }

    /// <summary>When a release may be taken into use because of the one before; null for now.</summary>
    public TimeSpan? HeldUntil(Release release, TimeSpan now)
    {
        if (
            !_activated.TryGetValue((release.Kind, release.Name), out var activated)
            || options.PaceOf(release.Kind) is not { } pace
            || now >= activated + pace.Dwell
        )
        {
            return null;
        }

        var isFull = _held.Count >= options.MostHeld || _heldBytes + release.Payload.Length > options.MostHeldBytes;
        return isFull ? null : activated + pace.Dwell;
    }

    /// <summary>Holds a release; a newer one takes the place of an older.</summary>
    public void Hold(HeldRelease held)
    {
        Drop(held.Release);
        _held[(held.Release.Kind, held.Release.Name)] = held;
        _heldBytes += held.Release.Payload.Length;
    }

    /// <summary>Holds nothing of an artifact any more.</summary>
    /// <returns>What was held, or null.</returns>
    public HeldRelease? Drop(Release release)
    {
        if (_held.Remove((release.Kind, release.Name), out var held))
        {
            _heldBytes -= held.Release.Payload.Length;
        }

        return held;
    }

    /// <summary>Takes what need not be held any longer.</summary>
    public IReadOnlyList<HeldRelease> TakeDue(TimeSpan now)
    {
        if (_held.Count == 0)
        {
            return [];
        }

        var due = _held.Values.Where(held => now >= held.Until).ToList();
        foreach (var held in due)
        {
            Drop(held.Release);
        }

        return due;
    }
}

/// <summary>A release that waits.</summary>
/// <param name="Position">Its position in the feed, which comes again until it is dealt with.</param>
/// <param name="Release">The release; it was tasted.</param>
/// <param name="Until">When it may go.</param>
internal sealed record HeldRelease(long Position, Release Release, TimeSpan Until);

/// <summary>A release on trial.</summary>
/// <param name="Artifact">The artifact's number.</param>
/// <param name="Release">The release.</param>
/// <param name="Trial">What decides about it.</param>
/// <param name="Sides">What shows it, or null for a kind that nothing is seen of.</param>
/// <param name="Prepared">What takes it into use, while it is beside what is live; else null.</param>
/// <param name="Before">What is live beside it, or was before it.</param>
internal sealed record RunningTrial(
    int Artifact,
    Release Release,
    ReleaseTrial Trial,
    IReleaseSides? Sides,
    PreparedRelease? Prepared,
    StoredArtifact? Before
);
