using Holdfast.Cache.Purging;
using Holdfast.Model.Purging;
using Holdfast.Releases.Purging;

namespace Holdfast.Edge.Releases;

/// <summary>Puts purges into effect on the cache's stores.</summary>
internal sealed class PurgeConsumer(PurgeMarks marks) : IPurgeConsumer
{
    /// <inheritdoc/>
    public long Floor => marks.Floor;

    /// <inheritdoc/>
    public long Apply(Purge purge) => marks.Apply(purge);

    /// <inheritdoc/>
    public void ApplyToAll() => marks.ApplyToAll();

    /// <inheritdoc/>
    public void Restore(PurgeSnapshot snapshot) => marks.Restore(snapshot.Floor, snapshot.Marks);

    /// <inheritdoc/>
    public PurgeSnapshot Snapshot()
    {
        var (floor, kept) = marks.Snapshot();
        return new PurgeSnapshot(floor, kept);
    }
}
