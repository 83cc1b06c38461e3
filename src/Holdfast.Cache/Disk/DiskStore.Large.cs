using Holdfast.Cache.Collapsing;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Disk;

/// <content>Responses that are too large for memory: each is a segment of its own, written before the store hears of it.</content>
public sealed partial class DiskStore
{
    /// <summary>The largest body that the disk takes which memory does not, bytes: an eighth of the budget, and less than 2 GiB.</summary>
    public long LargestBody => Math.Min(_limits.Budget / _limits.LargestShare, DiskSlot.LargestSize - MostHead);

    // What keys, fields and checksums of such a response take at most.
    private const int MostHead = 1024 * 1024;

    /// <summary>Begins to take a response that memory does not.</summary>
    /// <param name="head">It, without its body.</param>
    /// <param name="least">How long the body is, or will be at least when <paramref name="head"/> does not know it.</param>
    /// <param name="space">What bounds the bodies that are on their way.</param>
    /// <returns>Where the body goes; null when it is too large, or the disk takes nothing now.</returns>
    internal LargeFile? TryBegin(StoredResponse head, long least, SpillSpace space)
    {
        var isGrowing = head.BodyLength < 0;
        var most = isGrowing ? Math.Min(LargestBody, space.LargestFile) : least;
        if (
            State != DiskStoreState.Open
            || most > LargestBody
            || least > most
            || head.Text.Length > MostHead / 2
            || !(isGrowing || space.TryTake(most))
        )
        {
            return null;
        }

        var record = new DiskRecord
        {
            Type = DiskRecordType.Response,
            Variant = VariantOf(head),
            Parts = head.Parts,
            Hash = HashOf(head.Key),
        };
        try
        {
            return new LargeFile(_directory, head, record, most, space);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            space.GiveBack(isGrowing ? 0 : most);
            space.Fail();
            return null;
        }
    }

    /// <summary>Keeps what has gone to its file as a whole, in the place of what the same requests select.</summary>
    /// <returns>Completes when it can be found, or never will be; after <see cref="DiskStoreLimits.ReadTimeout"/> in any case.</returns>
    internal async ValueTask PutAsync(StoredResponse head, LargeFile file)
    {
        var hash = HashOf(head.Key);
        var variant = VariantOf(head);
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_index.GateOf(hash))
        {
            var sequence = _index.Supersede(hash, variant, isPut: true, _isOpen);
            _queue.Add(
                new DiskChange(head, null, hash, variant, sequence, ChangeOverhead + head.Text.Length) { Large = file, Barrier = written }
            );
        }

        try
        {
            await written.Task.WaitAsync(_limits.ReadTimeout, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The disk is busy. Whoever asks before it is there asks the origin.
        }
    }

    // The log goes on in a segment behind it, so that a restart reads everything in the order in which it was told.
    private async ValueTask AppendLargeAsync(DiskChange change)
    {
        var (file, response) = (change.Large!, change.Response!);
        await FlushAsync().ConfigureAwait(false);
        if (
            _index.IsSuperseded(change.Hash, change.Variant, change.Sequence)
            || !await TryMakeRoomAsync(file.FileBytes).ConfigureAwait(false)
        )
        {
            Refused(change);
            return;
        }

        _tail?.Flush();
        _tail = null;
        _hasSealed = _hasChanged = true;
        var segment = file.Become(_directory, _newest + 1, _seed, _removals, out var place);

        // The next checkpoint is flushed, and must not name what a power loss would leave with holes.
        segment.Flush();
        _newest++;
        segment.Note(response.Began, response.Began);
        _segments[segment.Number] = segment;
        _order.Enqueue(segment);
        if (_index.Publish(change.Hash, place, change.Sequence))
        {
            Counters.Wrote(1);
        }
        else
        {
            // Something newer came meanwhile.
            _segments.TryRemove(segment.Number, out _);
            segment.Close(andDelete: true);
        }
    }

    private async ValueTask<bool> TryMakeRoomAsync(long bytes)
    {
        if (_mustCheckpoint)
        {
            await CheckpointAsync().ConfigureAwait(false);
        }

        var allowed = Allowed();
        if (bytes + _limits.SegmentBytes > allowed)
        {
            return false;
        }

        if (_tail is null)
        {
            await BeginSegmentAsync().ConfigureAwait(false);
        }

        await MakeRoomAsync(bytes, allowed).ConfigureAwait(false);
        return true;
    }
}
