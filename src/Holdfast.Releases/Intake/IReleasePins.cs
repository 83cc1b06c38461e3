using Holdfast.Model.Releases;

namespace Holdfast.Releases.Intake;

/// <summary>
/// What somebody at this machine has said about releases: which generations are not to be used here, whatever control says. Any thread may ask.
/// </summary>
public interface IReleasePins
{
    /// <summary>Whether a generation of an artifact is not to be used on this edge: the newest one that may be is used in its place.</summary>
    /// <param name="kind">The artifact's kind.</param>
    /// <param name="name">The artifact's name.</param>
    /// <param name="generation">The generation.</param>
    bool Holds(ArtifactKind kind, string name, long generation);

    /// <summary>Whether a release that comes by the feed has to wait, because its artifact is pinned.</summary>
    /// <param name="release">The release.</param>
    /// <param name="newest">The newest generation of its artifact that is on the disk; 0 for none.</param>
    bool KeepsOut(Release release, long newest);
}
