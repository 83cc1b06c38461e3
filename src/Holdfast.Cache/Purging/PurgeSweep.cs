using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Purging;

/// <summary>
/// Goes over the whole store after a purge, bit by bit, frees what was purged and lets the marks be forgotten that were then compared with
/// everything. A purge is in effect without it.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="time">The clock.</param>
public sealed class PurgeSweep(MemoryStore store, TimeProvider time)
{
    // A step looks at about as many responses as buckets: some tens of microseconds, in which one of the store's shards takes nothing in.
    private const int BucketsInAStep = 128;
    private const int StepsBetweenPauses = 8;

    // A twentieth of a core at most.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    // Marks outlive what they purge; how much longer matters little.
    private static readonly TimeSpan ForgetInterval = TimeSpan.FromMinutes(1);

    private long _compared;

    /// <summary>Sweeps whenever something was purged, until it is cancelled.</summary>
    /// <param name="cancellationToken">Ends it; the task then completes without an exception.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var changed = store.Purges.Changed;
                await SweepAsync(cancellationToken).ConfigureAwait(false);
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                var forget = store.Purges.Count == 0 ? Timeout.InfiniteTimeSpan : ForgetInterval;
                await Task.WhenAny(changed, Task.Delay(forget, time, waiting.Token)).ConfigureAwait(false);
                await waiting.CancelAsync().ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    /// <summary>Compares everything that is stored with the marks there are now.</summary>
    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        var clock = store.Purges.Clock;
        if (clock > _compared)
        {
            var steps = 0;
            for (var place = default(StorePlace); !place.IsEnd; )
            {
                place = store.Reclaim(place, BucketsInAStep);
                if (++steps % StepsBetweenPauses == 0)
                {
                    await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
                }
            }

            _compared = clock;
        }

        // What lies on the disk is compared when it is read.
        store.Purges.Forget(Math.Min(_compared, store.Disk?.OldestBegan ?? long.MaxValue));
    }
}
