using Holdfast.Model.Purging;

namespace Holdfast.Releases.Purging;

/// <summary>The part of an edge that puts purges into effect. Called from one thread at a time.</summary>
public interface IPurgeConsumer
{
    /// <summary>See <see cref="PurgeSnapshot.Floor"/>.</summary>
    long Floor { get; }

    /// <summary>Puts a purge into effect: when this returns, nothing that it selects is served from a store.</summary>
    /// <returns>The number of its marks, see <see cref="PurgeMark"/>.</returns>
    long Apply(Purge purge);

    /// <summary>Purges everything of every zone.</summary>
    void ApplyToAll();

    /// <summary>Puts back what a process before this one remembered.</summary>
    void Restore(PurgeSnapshot snapshot);

    /// <summary>What a process after this one must know.</summary>
    PurgeSnapshot Snapshot();
}

/// <summary>What an edge remembers of purges.</summary>
/// <param name="Floor">Whatever was asked for before this number is purged.</param>
/// <param name="Marks">What is purged besides.</param>
public sealed record PurgeSnapshot(long Floor, IReadOnlyList<PurgeMark> Marks);
