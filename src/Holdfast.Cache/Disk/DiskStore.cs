using System.Collections.Concurrent;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Purging;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Disk;

/// <summary>How a <see cref="DiskStore"/> does.</summary>
public enum DiskStoreState
{
    /// <summary>It finds out what it has; until then it has nothing.</summary>
    Opening,

    /// <summary>It reads and writes.</summary>
    Open,

    /// <summary>It reads, and does not write for a while because the disk refused.</summary>
    ReadOnly,

    /// <summary>It does not read for a while because the disk was too slow.</summary>
    Slow,

    /// <summary>It has ended.</summary>
    Closed,
}

/// <summary>
/// Stored responses on a disk, beside a <see cref="MemoryStore"/>: what that takes in is written here too, behind the requests' backs; what it has
/// no more is found here, also after a restart. Records are appended to segments, the oldest of which goes as a whole when room is
/// needed; where they lie is known in memory (<see cref="DiskIndex"/>), and written down now and then.
/// Whatever the disk does, a response that cannot be read is a miss, and what cannot be written is not kept: nothing here throws for it.
/// Thread-safe.
/// </summary>
public sealed partial class DiskStore : IAsyncDisposable
{
    private readonly DiskStoreLimits _limits;
    private readonly string _directory;
    private readonly ulong _seed;
    private readonly PurgeMarks _purges;
    private readonly TimeProvider _time;
    private readonly DiskIndex _index = new();
    private readonly ConcurrentDictionary<uint, DiskSegment> _segments = new();
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<StoredResponse?>> _reading = new();
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private Task _writing = Task.CompletedTask;
    private volatile bool _isOpen;
    private volatile bool _isClosed;
    private int _reads;
    private int _disposals;
    private long _slowUntil;

    /// <summary>A store that has not begun.</summary>
    /// <param name="limits">Its limits.</param>
    /// <param name="directory">A directory of its own, made when it is needed.</param>
    /// <param name="seed">A secret that stays the same: with another one, what is in the directory is dropped.</param>
    /// <param name="purges">The purges in effect.</param>
    /// <param name="time">The clock.</param>
    public DiskStore(DiskStoreLimits limits, string directory, ulong seed, PurgeMarks purges, TimeProvider time)
    {
        _limits = limits;
        _directory = directory;
        _seed = seed;
        _purges = purges;
        _time = time;
        _queue = new DiskQueue(limits.QueueBytes);
        ReadWhole = limits.ReadWhole;
    }

    /// <summary>What is counted.</summary>
    public DiskCounters Counters { get; } = new();

    /// <summary>Completes when everything that lies on the disk can be found.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Completes when nothing is written any more; faults when that is the store's own fault.</summary>
    public Task Ended => _writing;

    /// <summary>How it does.</summary>
    public DiskStoreState State =>
        _isClosed ? DiskStoreState.Closed
        : !_isOpen ? DiskStoreState.Opening
        : IsSlow ? DiskStoreState.Slow
        : Problem is not null ? DiskStoreState.ReadOnly
        : DiskStoreState.Open;

    /// <summary>How many responses it has.</summary>
    public long Count => _index.Count;

    /// <summary>How many bytes its segments take on the disk.</summary>
    public long Bytes => _segments.Values.Sum(segment => segment.Length);

    /// <summary>How many bytes of memory its index takes.</summary>
    public long IndexBytes => _index.Bytes;

    /// <summary>Its limits.</summary>
    public DiskStoreLimits Limits => _limits;

    /// <summary>Why the disk refused last, or null.</summary>
    public string? Problem { get; private set; }

    /// <summary>The lowest number of the purge clock that a response here may have; 0 while that is not known.</summary>
    internal long OldestBegan => _isOpen ? _segments.Values.Min(segment => (long?)segment.OldestBegan) ?? long.MaxValue : 0;

    /// <summary>Says whether the memory store holds a response, which then stays when its segment goes.</summary>
    internal IsHeld IsInMemory { get; set; } = static (_, _) => false;

    /// <summary>Bodies up to this length are read as a whole.</summary>
    internal long ReadWhole { get; set; }

    /// <summary>For tests: what a read waits for.</summary>
    internal Func<Task> BeforeReading { get; init; } = static () => Task.CompletedTask;

    private bool IsSlow => Volatile.Read(ref _slowUntil) is var until and > 0 && _time.GetTimestamp() < until;

    /// <summary>Whether a response is held somewhere.</summary>
    internal delegate bool IsHeld(ReadOnlySpan<byte> key, ReadOnlySpan<byte> selecting);

    /// <summary>Begins to find out what lies on the disk, then to write. Call it once, after the purges that are known of have been put into effect.</summary>
    public void Start() => _writing = RunAsync(_stop.Token);

    /// <summary>Writes what waits, and the index; what has been begun to be read can be read on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposals, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _isClosed = true;
        foreach (var segment in _segments.Values)
        {
            segment.Close(andDelete: false);
        }

        _queue.Dispose();
        _stop.Dispose();
    }

    /// <summary>Whether there may be something under a key. Without I/O.</summary>
    internal bool MayHave(ReadOnlySpan<byte> key) => _isOpen && !_isClosed && !IsSlow && _index.Contains(HashOf(key));

    /// <summary>Finds what a request selects.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="request">Its fields.</param>
    /// <param name="scratch">Room for normal forms.</param>
    /// <returns>It, nothing purged, and where it lies; null when there is nothing, or the disk does not give it.</returns>
    internal async ValueTask<DiskFound?> FindAsync<T>(byte[] key, T request, ByteBuffer scratch)
        where T : IFields
    {
        var hash = HashOf(key);
        var places = new DiskPlace[DiskIndex.MostVariants];
        var count = _isOpen && !IsSlow ? _index.Find(hash, places) : 0;
        for (var i = 0; i < count && !IsSlow; i++)
        {
            if (
                await ReadAsync(hash, places[i]).ConfigureAwait(false) is { } found
                && found.Key.SequenceEqual(key)
                && Decisions.SelectingFields.Match(found.Selecting, request, scratch)
            )
            {
                _index.Touch(hash, places[i]);
                Counters.Hit();
                return new DiskFound(found.Again(), hash, places[i]);
            }
        }

        return null;
    }

    /// <summary>Whether what was found has not been removed or replaced meanwhile.</summary>
    internal bool StillHas(DiskFound found) => _index.IsAt(found.Hash, found.Place);

    /// <summary>Takes note that what was found cannot be read to its end.</summary>
    internal void Forget(StoredResponse response)
    {
        var hash = HashOf(response.Key);
        _index.Remove(hash, VariantOf(response));
    }

    private ulong HashOf(ReadOnlySpan<byte> key) => CacheKey.HashOf(key, _seed);

    private byte VariantOf(StoredResponse response) => (byte)CacheKey.HashOf(response.Selecting, _seed);
}

/// <summary>What was found on the disk.</summary>
/// <param name="Response">The response, not in any index yet.</param>
/// <param name="Hash">The hash of its key.</param>
/// <param name="Place">Where it lies.</param>
internal sealed record DiskFound(StoredResponse Response, ulong Hash, DiskPlace Place);
