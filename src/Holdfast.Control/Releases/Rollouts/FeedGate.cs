using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Holdfast.Control.Releases.Rollouts;

/// <summary>The releases that are given to some edges only. The feed reads it without a lock; the rollouts' driver writes it.</summary>
internal sealed class FeedGate
{
    private ImmutableArray<FeedCandidate> _candidates = [];

    /// <summary>The releases on their way, with the edges that may have each.</summary>
    public ImmutableArray<FeedCandidate> Candidates => _candidates;

    public void Set(ImmutableArray<FeedCandidate> candidates) => ImmutableInterlocked.InterlockedExchange(ref _candidates, candidates);
}

/// <summary>A release that is on its way.</summary>
/// <param name="Kind">The artifact's kind.</param>
/// <param name="Name">The artifact's id.</param>
/// <param name="Generation">The release's generation.</param>
/// <param name="Edges">The edges that may have it.</param>
internal sealed record FeedCandidate(int Kind, string Name, long Generation, FrozenSet<string> Edges);
