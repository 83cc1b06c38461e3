using Holdfast.Edge.Bots;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Store;

namespace Holdfast.Edge.Releases;

/// <summary>Takes the bot feature file into use. It is read at a start, before the first visitor.</summary>
internal sealed class BotFeatureConsumer(BotFeatureTable table, BotFeatureLoader loader) : IReleaseConsumer
{
    /// <inheritdoc/>
    public ArtifactKind Kind => ArtifactKind.BotFeatures;

    /// <inheritdoc/>
    public PreparedRelease Prepare(Release release)
    {
        var features = loader.Load(release, table.Current);
        return new PreparedRelease(0, (_, _) => table.Put(features));
    }

    /// <inheritdoc/>
    public void Deactivate(StoredArtifact before, Release tombstone) => table.Remove();
}
