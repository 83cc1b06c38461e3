namespace Holdfast.Cache.Disk;

/// <content>Segments that come, and those that go for them. By the one that writes.</content>
public sealed partial class DiskStore
{
    private bool _hasSealed;

    // Sees to it that a record has room in the segment that is appended to.
    private async ValueTask PlaceForAsync(long size)
    {
        if (_mustCheckpoint)
        {
            await CheckpointAsync().ConfigureAwait(false);
        }

        if (_tail is not null && Position + size <= _limits.SegmentBytes)
        {
            return;
        }

        if (_tail is not null)
        {
            await FlushAsync().ConfigureAwait(false);
            _tail.Flush();
            _hasSealed = true;
        }

        await BeginSegmentAsync().ConfigureAwait(false);
    }

    private async ValueTask BeginSegmentAsync()
    {
        NeedDirectory();
        var allowed = Allowed();
        if (allowed < _limits.SegmentBytes)
        {
            throw new IOException("there is too little room on the disk for the cache");
        }

        // Others have filled the disk, or the budget is lower than it was.
        while (Bytes > allowed && _order.TryDequeue(out var surplus))
        {
            Delete(surplus);
        }

        var tail = DiskSegment.Create(_directory, _newest + 1, _seed);
        _newest++;
        _tail = tail;
        (_bufferedAt, _buffered) = (tail.Length, 0);
        if (_buffer.Length == 0)
        {
            _buffer = new byte[WriteBytes];
        }

        _segments[tail.Number] = tail;
        _order.Enqueue(tail);
        await MakeRoomAsync(_limits.SegmentBytes, allowed).ConfigureAwait(false);
    }

    private async ValueTask MakeRoomAsync(long bytes, long allowed)
    {
        while (Bytes + bytes > allowed && Oldest() is { } oldest)
        {
            await RescueAsync(oldest).ConfigureAwait(false);
            await FlushAsync().ConfigureAwait(false);
            if (_order.TryPeek(out var still) && still == oldest)
            {
                Delete(_order.Dequeue());
            }
        }
    }

    // What goes next, at the head of the row. A large response that somebody wanted goes once more to its end: it is not copied.
    private DiskSegment? Oldest()
    {
        for (var left = 2 * _order.Count; left > 0; left--)
        {
            var oldest = _order.Peek();
            if (oldest != _tail && !(oldest.IsLarge && oldest.TakeRead()))
            {
                return oldest;
            }

            _order.Enqueue(_order.Dequeue());
        }

        return null;
    }

    private void Delete(DiskSegment segment)
    {
        _segments.TryRemove(segment.Number, out _);
        _index.KeepOnly(number => number != segment.Number);
        _hasChanged = true;
        segment.Close(andDelete: true);
    }

    // What all segments may take now.
    private long Allowed()
    {
        try
        {
            var free = new DriveInfo(_directory).AvailableFreeSpace;
            return Math.Min(_limits.Budget, (Bytes + free) / _limits.FreeShare);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return _limits.Budget;
        }
    }
}
