using Holdfast.Model.Releases;

namespace Holdfast.Releases.Store;

/// <summary>What the store has of one artifact: the newest release on disk that is undamaged and genuine.</summary>
/// <param name="Release">The release; a removal when the artifact was taken away.</param>
public sealed record StoredArtifact(Release Release);

/// <summary>What a start found on disk.</summary>
/// <param name="Artifacts">One entry for every artifact that has at least one usable release, in order of kind and name.</param>
/// <param name="Position">The last feed position that everything on disk covers; 0 when it is unknown, which reads the whole feed again.</param>
/// <param name="Problems">Files that could not be used. An older release of the same artifact was taken instead where there is one.</param>
public sealed record StoreContents(IReadOnlyList<StoredArtifact> Artifacts, long Position, IReadOnlyList<StoreProblem> Problems);
