namespace Holdfast.Cache.Disk;

/// <content>Segments that come, and those that go for them. By the one that writes.</content>
public sealed partial class DiskStore
{
    // Of a segment that goes, what may stay: so that what comes finds room however hot everything is.
    private const int RescuedShare = 2;

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

    // Copies what somebody wanted since it was written, or what memory has, to the end.
    private async ValueTask RescueAsync(DiskSegment segment)
    {
        var room = Math.Min(_limits.SegmentBytes / RescuedShare, _limits.SegmentBytes - (int)Position);
        await foreach (var (record, offset, head) in RecordsAsync(segment, DiskSegment.HeadBytes).ConfigureAwait(false))
        {
            var place = new DiskPlace(segment.Number, offset, (int)record.Size, record.Variant);
            var size = DiskPlace.Align(place.Size);
            if (
                record is not { Type: DiskRecordType.Response, BodySegment: 0 }
                || size > room
                || _index.IsHot(record.Hash, place) is not { } isHot
                || !(isHot || IsInMemory(KeyOf(record, head), SelectingOf(record, head)))
            )
            {
                continue;
            }

            var to = await ReserveAsync(record).ConfigureAwait(false);
            var copy = HeadOf(record);
            head.CopyTo(copy);
            (record with { Removals = _removals }).Write(copy, DiskRecord.PlaceOf(_seed, _tail!.Number, to));
            for (var done = 0; done < record.BodyLength; )
            {
                var count = (int)Math.Min(_chunk.Length, record.BodyLength - done);
                if (!await segment.ReadAsync(_chunk.AsMemory(0, count), offset + head.Length + done).ConfigureAwait(false))
                {
                    Array.Clear(_chunk);
                }

                await AddAsync(_chunk.AsMemory(0, count)).ConfigureAwait(false);
                done += count;
            }

            await AlignAsync().ConfigureAwait(false);
            _tail.Note(record.Parts.Began, record.Parts.Began);
            room -= size;
            var moved = place with { Segment = _tail.Number, Offset = to };
            _unpublished.Add(new Written(null, record.Hash, moved, place, KeyOf(record, head).ToArray()));
        }
    }

    private static ReadOnlySpan<byte> KeyOf(DiskRecord record, byte[] head) => head.AsSpan(record.PrefixBytes, record.Parts.KeyLength);

    private static ReadOnlySpan<byte> SelectingOf(DiskRecord record, byte[] head) =>
        head.AsSpan(record.PrefixBytes + record.Parts.KeyLength, record.Parts.SelectingLength);

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
