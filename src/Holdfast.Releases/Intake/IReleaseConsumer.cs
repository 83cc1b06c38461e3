using Holdfast.Model.Releases;
using Holdfast.Releases.Rollout;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Intake;

/// <summary>
/// The part of an edge that uses one kind of artifact. <see cref="ReleaseIntake"/> calls it from one thread at a time, with releases
/// that are genuine, checked, and newer than what it had of the same artifact.
/// </summary>
public interface IReleaseConsumer
{
    /// <summary>The kind that it uses.</summary>
    ArtifactKind Kind { get; }

    /// <summary>Whether its releases are loaded by the taster first; false of what is not loaded, only noted.</summary>
    bool IsTasted => true;

    /// <summary>
    /// What the consumer finds an artifact by without reading its release; it stands in the store's index. Two artifacts may have the
    /// same. Never throws; 0 when there is nothing to say.
    /// </summary>
    ulong KeyOf(Release release) => 0;

    /// <summary>
    /// At a start: this artifact lies on the disk. A consumer with many artifacts notes it and reads it when it is needed.
    /// </summary>
    /// <returns>Whether it does so; false has the release read, checked and prepared at once.</returns>
    bool Restore(StoredArtifact artifact) => false;

    /// <summary>Makes a release ready: everything that can fail. It changes nothing that is in use.</summary>
    /// <param name="release">The release.</param>
    /// <returns>What takes it into use.</returns>
    /// <exception cref="ArtifactRefusedException">It cannot be used; the message says why. Any other exception counts as the same.</exception>
    PreparedRelease Prepare(Release release);

    /// <summary>
    /// Watches a release that is in use already: at a start, or after a way back. It need not be there yet. Null for a kind that nothing is seen of.
    /// </summary>
    IReleaseSides? Watch(Release release) => null;

    /// <summary>Takes an artifact out of use. Not called for one that is not in use.</summary>
    /// <param name="before">What the store had of it.</param>
    /// <param name="tombstone">The release that removes it; its payload is empty.</param>
    void Deactivate(StoredArtifact before, Release tombstone);
}

/// <summary>A release that can be taken into use.</summary>
/// <param name="Key">See <see cref="IReleaseConsumer.KeyOf"/>.</param>
/// <param name="Activate">
/// Takes it into use: swaps a reference, and does nothing that can fail. It gets the artifact's number in the store, and what the store
/// had of it before, null when it had nothing or only its removal. The store has the release by then.
/// </param>
public sealed record PreparedRelease(ulong Key, Action<int, StoredArtifact?> Activate)
{
    /// <summary>What shows it while it is on trial, or null for a kind that nothing is seen of.</summary>
    public IReleaseSides? Sides { get; init; }
}

/// <summary>A consumer cannot use a release; the message says why, for the person who published it.</summary>
public sealed class ArtifactRefusedException : Exception
{
    /// <summary>A release cannot be used.</summary>
    public ArtifactRefusedException(string reason, Exception? inner = null)
        : base(reason, inner) { }
}
