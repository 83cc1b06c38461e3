using System.Collections.Concurrent;

namespace Holdfast.Edge.Listening.Certificates;

/// <summary>
/// The zones whose custom certificates were asked for lately, each read once however many handshakes wait for it; those that nobody asked
/// for longest are dropped when there are too many. A hit takes no lock and allocates nothing. Any thread may ask; one thread changes.
/// </summary>
/// <param name="read">Reads the certificates of a zone, by its key. Blocks on the disk, never throws.</param>
/// <param name="capacity">Most zones, at least 10; a tenth of them is dropped when one more comes.</param>
/// <param name="time">The clock.</param>
internal sealed class WarmCertificates(Func<ulong, ZoneCertificates> read, int capacity, TimeProvider time)
{
    // What could be read in part only is tried again no sooner: a disk that fails is not asked for every handshake.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<ulong, Entry> _entries = new();
    private readonly Lock _gate = new();
    private long _clock;

    /// <summary>How many zones there are.</summary>
    public int Count => _entries.Count;

    /// <summary>The certificates of a zone.</summary>
    /// <param name="zone">Its key.</param>
    /// <param name="cancellationToken">Ends the waiting, not the reading.</param>
    public ValueTask<ZoneCertificates> GetAsync(ulong zone, CancellationToken cancellationToken)
    {
        if (!_entries.TryGetValue(zone, out var entry) || IsOver(entry))
        {
            entry = Begin(zone);
        }

        Volatile.Write(ref entry.LastUse, Interlocked.Increment(ref _clock));
        return entry.Known is { } known ? new ValueTask<ZoneCertificates>(known) : WaitAsync(entry, cancellationToken);
    }

    /// <summary>
    /// Changes what is known of a zone, if anything is. What is just being read is not kept: whoever waits for it gets it as it was, and
    /// whoever asks from now on has it read again.
    /// </summary>
    public void Change(ulong zone, Func<ZoneCertificates, ZoneCertificates> change)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(zone, out var entry))
            {
                return;
            }

            if (entry.Known is { } known)
            {
                entry.Known = change(known);
            }
            else
            {
                _entries.TryRemove(new KeyValuePair<ulong, Entry>(zone, entry));
            }
        }
    }

    private bool IsOver(Entry entry) =>
        entry.Known is { IsWhole: false } && time.GetElapsedTime(Volatile.Read(ref entry.ReadAt)) >= RetryAfter;

    private static async ValueTask<ZoneCertificates> WaitAsync(Entry entry, CancellationToken cancellationToken) =>
        await entry.Read.Task.WaitAsync(cancellationToken).ConfigureAwait(false);

    private Entry Begin(ulong zone)
    {
        Entry entry;
        lock (_gate)
        {
            if (_entries.TryGetValue(zone, out var begun) && !IsOver(begun))
            {
                return begun;
            }

            entry = new Entry { LastUse = Interlocked.Increment(ref _clock) };
            _entries[zone] = entry;
            Evict();
        }

        // The pool's thread: one that connections wait for must not wait for the disk.
        ThreadPool.UnsafeQueueUserWorkItem(
            static work => work.Self.Read(work.Zone, work.Entry),
            (Self: this, Zone: zone, Entry: entry),
            preferLocal: false
        );
        return entry;
    }

    private void Read(ulong zone, Entry entry)
    {
        var known = read(zone);
        lock (_gate)
        {
            Volatile.Write(ref entry.ReadAt, time.GetTimestamp());
            entry.Known = known;
        }

        entry.Read.SetResult(known);
    }

    private void Evict()
    {
        if (_entries.Count <= capacity)
        {
            return;
        }

        var excess = _entries.Count - capacity + (capacity / 10);
        foreach (var (zone, _) in _entries.ToArray().OrderBy(pair => Volatile.Read(ref pair.Value.LastUse)).Take(excess))
        {
            _entries.TryRemove(zone, out _);
        }
    }

    private sealed class Entry
    {
        public long LastUse;
        public long ReadAt;
        private volatile ZoneCertificates? _known;

        public ZoneCertificates? Known
        {
            get => _known;
            set => _known = value;
        }

        public TaskCompletionSource<ZoneCertificates> Read { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
