using Holdfast.Model.Releases;

namespace Holdfast.Releases.Intake;

/// <summary>
/// The part of an edge that uses one kind of artifact. <see cref="ReleaseIntake"/> calls it from one thread at a time, with releases
/// that are genuine, checked, and newer than what it had of the same artifact.
/// </summary>
public interface IReleaseConsumer
{
    /// <summary>The kind that it uses.</summary>
    ArtifactKind Kind { get; }

    /// <summary>
    /// Takes a release into use: compiles it and swaps one reference. When it throws, what it had of that artifact must still be in use.
    /// </summary>
    /// <param name="release">The release.</param>
    /// <exception cref="ArtifactRefusedException">It cannot be used; the message says why. Any other exception counts as the same.</exception>
    void Activate(Release release);

    /// <summary>Takes an artifact out of use. Also called for one that it never had.</summary>
    /// <param name="tombstone">The release that removes it; its payload is empty.</param>
    void Deactivate(Release tombstone);
}

/// <summary>A consumer cannot use a release; the message says why, for the person who published it.</summary>
public sealed class ArtifactRefusedException : Exception
{
    /// <summary>A release cannot be used.</summary>
    public ArtifactRefusedException(string reason, Exception? inner = null)
        : base(reason, inner) { }
}
