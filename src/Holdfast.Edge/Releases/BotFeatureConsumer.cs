using Holdfast.Edge.Bots;
using Holdfast.Edge.Guard;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Rollout;
using Holdfast.Releases.Store;

namespace Holdfast.Edge.Releases;

/// <summary>Takes the bot feature file into use. It is read at a start, before the first visitor.</summary>
internal sealed class BotFeatureConsumer(BotFeatureTable table, BotFeatureLoader loader, EdgeGuard guard, ReleaseStore store)
    : IReleaseConsumer
{
    /// <inheritdoc/>
    public ArtifactKind Kind => ArtifactKind.BotFeatures;

    /// <inheritdoc/>
    public PreparedRelease Prepare(Release release)
    {
        // The way back from a file with many more features has many fewer.
        var features = loader.Load(release, WasGood(release) ? null : table.Current);
        return new PreparedRelease(0, (_, _) => table.Put(features)) { Sides = new BotFeatureSides(table, guard, features) };
    }

    /// <inheritdoc/>
    public IReleaseSides? Watch(Release release) => new BotFeatureSides(table, guard, candidate: null);

    /// <inheritdoc/>
    public void Deactivate(StoredArtifact before, Release tombstone) => table.Remove();

    private bool WasGood(Release release) => store.Find(release.Kind, release.Name) is { } known && store.HasProven(known.Number, release);
}
