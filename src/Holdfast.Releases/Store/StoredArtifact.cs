using Holdfast.Model.Releases;

namespace Holdfast.Releases.Store;

/// <summary>What the store's index says of one artifact.</summary>
/// <param name="Number">Its number, good for as long as the process lives.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Generation">The newest generation.</param>
/// <param name="Key">What its consumer finds it by.</param>
/// <param name="Removed">Whether it was taken away.</param>
/// <param name="Unproven">Whether that generation has not passed its bake.</param>
public readonly record struct StoredArtifact(
    int Number,
    ArtifactKind Kind,
    long Generation,
    ulong Key,
    bool Removed,
    bool Unproven = false
);

/// <summary>One generation of an artifact on the disk, as far as its record's head tells.</summary>
/// <param name="Generation">Which.</param>
/// <param name="Digest">The first eight bytes of its digest.</param>
/// <param name="Unproven">Whether it has not passed its bake.</param>
public readonly record struct StoredGeneration(long Generation, ulong Digest, bool Unproven);

/// <summary>One generation of an artifact, read from the disk.</summary>
/// <param name="Release">The release, undamaged and genuine; null when there is a problem.</param>
/// <param name="Problem">Why it cannot be used, or null.</param>
public sealed record StoredRelease(Release? Release, StoreProblem? Problem);

/// <summary>What a start found on disk.</summary>
/// <param name="Live">Artifacts that are not removed.</param>
/// <param name="Position">The last feed position that everything on disk covers; 0 when it is unknown, which reads the whole feed again.</param>
/// <param name="Problems">What could not be used. An older release of the same artifact was taken instead where there is one.</param>
public sealed record StoreContents(int Live, long Position, IReadOnlyList<StoreProblem> Problems);
