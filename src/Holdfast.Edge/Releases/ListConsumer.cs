using Holdfast.Artifacts.Lists;
using Holdfast.Edge.Lists;
using Holdfast.Model.Lists;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Rollout;
using Holdfast.Releases.Store;

namespace Holdfast.Edge.Releases;

/// <summary>
/// Takes lists into use. All of them are read at a start, before the first visitor: a rule that names one must not go without it for a
/// moment. Requests in flight finish with the lists that they began with.
/// </summary>
internal sealed class ListConsumer(ListTable lists, ListCompiler compiler, ReleaseStore store) : IReleaseConsumer
{
    /// <inheritdoc/>
    public ArtifactKind Kind => ArtifactKind.List;

    /// <inheritdoc/>
    public PreparedRelease Prepare(Release release)
    {
        var config = ConfigOf(release);
        if (lists.IsTaken(config.Name, store.Find(ArtifactKind.List, release.Name)?.Number))
        {
            throw new ArtifactRefusedException($"the name {config.Name} belongs to another list");
        }

        var name = config.Name;
        var list = compiler.Compile(config);
        return new PreparedRelease(0, (artifact, _) => lists.Put(artifact, name, list)) { Sides = new ListSides(lists, name, list) };
    }

    /// <inheritdoc/>
    public IReleaseSides? Watch(Release release) =>
        ListArtifact.TryParse(release.FormatVersion, release.Payload.Span, out var config, out _)
            ? new ListSides(lists, config.Name, candidate: null)
            : null;

    /// <summary>A release's list.</summary>
    /// <exception cref="ArtifactRefusedException">It is none.</exception>
    public static ListConfig ConfigOf(Release release)
    {
        if (!ListArtifact.TryParse(release.FormatVersion, release.Payload.Span, out var config, out var problems))
        {
            throw new ArtifactRefusedException(string.Join("; ", problems));
        }

        return config.Id == release.Name
            ? config
            : throw new ArtifactRefusedException($"the release is named {release.Name} and holds the list {config.Id}");
    }

    /// <inheritdoc/>
    public void Deactivate(StoredArtifact before, Release tombstone) => lists.Remove(before.Number);
}
