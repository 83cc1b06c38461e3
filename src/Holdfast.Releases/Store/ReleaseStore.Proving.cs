using Holdfast.Model.Releases;

namespace Holdfast.Releases.Store;

// What is known good, and what is kept for it.
public sealed partial class ReleaseStore
{
    /// <summary>
    /// The generations of an artifact, newest first, as far as they lie on the disk and their heads can be read. Only for the thread that
    /// changes the store.
    /// </summary>
    public IReadOnlyList<StoredGeneration> History(int artifact)
    {
        ref var entry = ref _index[artifact];
        var head = new StoredGeneration(entry.Generation, entry.Digest, entry.Unproven);
        return entry.Location == SegmentLocation.InMemory
            ? [head, .. Chain(entry.Previous, SegmentLocation.None).Take(KeptGenerations - 1).Select(kept => Of(kept.Head))]
            : [.. Chain(entry.Location, entry.Previous).Select(kept => Of(kept.Head))];
    }

    /// <summary>Whether a release's content is that of a generation that was good here. Only for the thread that changes the store.</summary>
    public bool HasProven(int artifact, Release release)
    {
        var digest = DigestOf(release);
        return History(artifact).Any(stored => !stored.Unproven && stored.Digest == digest);
    }

    /// <summary>
    /// Says that a generation has passed its bake. Only for the thread that changes the store. A generation that is not kept changes nothing.
    /// </summary>
    /// <returns>What went wrong, or null. The generation is then good for this process, and unproven for the next.</returns>
    public StoreProblem? Prove(int artifact, long generation)
    {
        ref var entry = ref _index[artifact];
        var isNewest = entry.Generation == generation;
        if (isNewest)
        {
            entry.Unproven = false;
        }

        if (entry.Location < 0)
        {
            // What could not be written yet is written as it is then.
            return null;
        }

        var chain = Chain(entry.Location, entry.Previous);
        var at = chain.FindIndex(kept => kept.Head.Generation == generation && kept.Head.Unproven);
        if (at < 0)
        {
            return null;
        }

        var proven = chain.ToList();
        proven[at] = (chain[at].Location, chain[at].Head with { Unproven = false });
        var location = entry.Location;
        return Guarded(() =>
        {
            if (chain[0].Location == location && TryCopy(proven, out var copy, out var previous))
            {
                Relink(artifact, chain, copy, previous);
            }
        });
    }

    /// <summary>
    /// Which two generations stay behind a new one, and links them to one another: what was last known good before all, then what is in use,
    /// then what else was good. What was refused goes.
    /// </summary>
    /// <param name="artifact">The artifact.</param>
    /// <param name="isOut">Says of a generation whether it was refused; null when none is.</param>
    /// <param name="problem">What went wrong, or null; all stays linked as it is then.</param>
    /// <returns>Where the newest of them lies.</returns>
    private long KeptBefore(int artifact, Func<StoredGeneration, bool>? isOut, out StoreProblem? problem)
    {
        problem = null;
        var newest = _index[artifact].Location;
        var chain = Chain(newest, _index[artifact].Previous);
        var usable = chain.FindAll(kept => isOut?.Invoke(Of(kept.Head)) != true);
        if (usable.Count == 0 || _index[artifact].Removed)
        {
            return newest;
        }

        var kept = usable
            .OrderByDescending(stored => stored.Location == usable.Find(one => !one.Head.Unproven).Location && !stored.Head.Unproven)
            .ThenByDescending(stored => stored.Location == usable[0].Location)
            .ThenBy(stored => stored.Head.Unproven)
            .Take(KeptGenerations - 1)
            .OrderByDescending(stored => stored.Head.Generation)
            .ToList();
        var isLinked =
            kept.Zip(kept.Skip(1)).All(pair => pair.First.Head.Previous == pair.Second.Location)
            && (kept.Count == KeptGenerations - 1 || kept[^1].Head.Previous == SegmentLocation.None);
        if (isLinked)
        {
            Drop(chain.FindAll(stored => stored.Head.Generation > kept[0].Head.Generation), 0);
            return kept[0].Location;
        }

        var first = newest;
        problem = Guarded(() =>
        {
            if (TryCopy(kept, out var copy, out _))
            {
                Drop(chain, 0);
                first = copy;
            }
        });
        return first;
    }

    private static StoredGeneration Of(SegmentRecord head) => new(head.Generation, head.Digest, head.Unproven);
}
