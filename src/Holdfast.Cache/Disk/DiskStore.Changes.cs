using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Disk;

/// <content>What others tell the store: it takes note at once, and writes later.</content>
public sealed partial class DiskStore
{
    // A change that takes something away holds about so much beside its key.
    private const int ChangeOverhead = 128;

    private readonly DiskQueue _queue;

    /// <summary>Keeps a response, in the place of the one that the same requests select. It is written later, or not at all.</summary>
    internal void Put(StoredResponse response)
    {
        if (_isClosed)
        {
            return;
        }

        var hash = HashOf(response.Key);
        var variant = VariantOf(response);
        var size = SizeOf(response);
        var bytes = ChangeOverhead + (response.OnDisk is null ? size : response.Text.Length);
        var isTaken = size <= _limits.SegmentBytes - DiskSegment.HeadBytes && !IsPaused && _queue.HasRoom(bytes);
        Change(hash, variant, isTaken ? response : null, response.Key, bytes);
        if (!isTaken)
        {
            // What it would have taken the place of is gone all the same, also after a restart.
            Counters.Drop();
        }
    }

    /// <summary>Removes a response.</summary>
    internal void Remove(StoredResponse response) => Remove(HashOf(response.Key), VariantOf(response), response.Key);

    /// <summary>Removes everything under a key.</summary>
    internal void Remove(ReadOnlySpan<byte> key) => Remove(HashOf(key), DiskIndex.AllVariants, key);

    /// <summary>Completes when what was told before it has been written, or refused by the disk.</summary>
    internal Task SettledAsync()
    {
        var barrier = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Add(new DiskChange(null, null, 0, 0, 0, 0) { Barrier = barrier });
        return barrier.Task;
    }

    private void Remove(ulong hash, int variant, ReadOnlySpan<byte> key)
    {
        if (!_isClosed)
        {
            Change(hash, variant, null, key, 0);
        }
    }

    private void Change(ulong hash, int variant, StoredResponse? put, ReadOnlySpan<byte> key, long bytes)
    {
        lock (_index.GateOf(hash))
        {
            var sequence = _index.Supersede(hash, variant, put is not null, _isOpen);
            if (put is not null)
            {
                _queue.Add(new DiskChange(put, null, hash, variant, sequence, bytes));
            }
            else if (sequence > 0)
            {
                _queue.Add(new DiskChange(null, key.ToArray(), hash, variant, sequence, ChangeOverhead + key.Length));
            }
        }
    }

    private static long SizeOf(StoredResponse response) =>
        DiskRecord.HeadBytes
        + (DiskRecord.ChunksOf(response.BodyLength) * sizeof(uint))
        + response.Text.Length
        + (response.OnDisk is null ? response.BodyLength : 0);
}
