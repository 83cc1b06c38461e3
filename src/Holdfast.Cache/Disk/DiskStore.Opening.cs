using System.Globalization;

namespace Holdfast.Cache.Disk;

/// <content>Finding out what lies on the disk.</content>
public sealed partial class DiskStore
{
    private const int WindowBytes = 1024 * 1024;

    /// <summary>
    /// Opens what is there. What the checkpoint knows is believed about where things lie, and nothing else; what was appended after it is
    /// read through, without the bodies. Files of another format, or written with another seed, go.
    /// </summary>
    private async ValueTask OpenAsync(CancellationToken stop)
    {
        var found = Find();
        var checkpoint = await DiskCheckpoint.ReadAsync(_directory, _seed, stop).ConfigureAwait(false);
        foreach (var segment in found)
        {
            _segments[segment.Number] = segment;
            _order.Enqueue(segment);
        }

        var (from, offset) = (0u, 0L);
        if (checkpoint is not null)
        {
            for (var i = 0; i < DiskIndex.ShardCount; i++)
            {
                _index.Import(i, checkpoint.Slots[i], _segments.ContainsKey);
            }

            foreach (var (number, oldest, newest) in checkpoint.Segments)
            {
                if (_segments.TryGetValue(number, out var segment))
                {
                    segment.Note(oldest, newest);
                }
            }

            (from, offset, _removals) = (checkpoint.Tail, checkpoint.TailOffset, checkpoint.Removals);
            _newest = Math.Max(_newest, from);
        }

        var isFirst = checkpoint is null;
        foreach (var segment in found.Where(segment => segment.Number >= from))
        {
            stop.ThrowIfCancellationRequested();
            var start = segment.Number == from ? (int)Math.Min(offset, int.MaxValue & ~15) : DiskSegment.HeadBytes;
            await foreach (var (record, at, _) in RecordsAsync(segment, start).ConfigureAwait(false))
            {
                stop.ThrowIfCancellationRequested();
                Replay(segment, record, at, isFirst);
                isFirst = false;
            }
        }

        // Written by a clock that has gone back since: which purges came after them cannot be told.
        foreach (var segment in found.Where(segment => segment.NewestBegan > _purges.Clock))
        {
            _segments.TryRemove(segment.Number, out _);
            Discard(segment);
        }

        var left = _order.Where(segment => _segments.ContainsKey(segment.Number)).ToList();
        _order.Clear();
        left.ForEach(_order.Enqueue);
        _index.KeepOnly(_segments.ContainsKey);
    }

    private void Replay(DiskSegment segment, DiskRecord record, int at, bool isFirst)
    {
        if (!isFirst && record.Removals != _removals)
        {
            // Something that was removed is not known: nothing older than this can be believed.
            Counters.Damaged();
            _index.Clear();
        }

        _removals = record.Removals;
        _hasChanged = true;
        switch (record.Type)
        {
            case DiskRecordType.Response:
                segment.Note(record.Parts.Began, record.Parts.Began);
                _index.Put(record.Hash, new DiskPlace(segment.Number, at, (int)record.Size, record.Variant));
                break;
            case DiskRecordType.Removal:
                _removals++;
                _index.Remove(record.Hash, record.Variant);
                break;
            default:
                _removals++;
                _index.Remove(record.Hash, DiskIndex.AllVariants);
                break;
        }
    }

    // The segments that are there, the oldest first.
    private List<DiskSegment> Find()
    {
        List<DiskSegment> found = [];
        string[] paths;
        try
        {
            paths = Directory.GetFiles(_directory, "*" + DiskSegment.Extension);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return found;
        }

        foreach (var path in _lock is null ? [] : Directory.GetFiles(_directory, "*" + LargeFile.Extension))
        {
            Delete(path);
        }

        foreach (var path in paths)
        {
            if (
                !uint.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || number == 0
                || path != DiskSegment.PathOf(_directory, number)
            )
            {
                continue;
            }

            _newest = Math.Max(_newest, number);
            var segment = DiskSegment.TryOpen(path, number, out var seed, out var isForeign);
            if (segment is not null && seed == _seed)
            {
                found.Add(segment);
                continue;
            }

            Counters.Damaged();
            segment?.Close(andDelete: false);
            if (!isForeign && _lock is not null)
            {
                Delete(path);
            }
        }

        return [.. found.OrderBy(segment => segment.Number)];
    }

    private void Discard(DiskSegment segment)
    {
        Counters.Damaged();
        _hasChanged = true;
        segment.Close(andDelete: false);
        if (_lock is not null)
        {
            Delete(DiskSegment.PathOf(_directory, segment.Number));
        }
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is not used, and takes its place on the disk.
        }
    }

    // The whole records of a segment. What is damaged is passed over: every record says where it lies, and has a checksum.
    private async IAsyncEnumerable<(DiskRecord Record, int Offset, byte[] Head)> RecordsAsync(DiskSegment segment, int from)
    {
        var window = new byte[WindowBytes];
        var (start, filled) = ((long)from, 0);
        for (var offset = (long)from; offset + DiskRecord.HeadBytes <= segment.Length && offset <= DiskSlot.LastOffset; )
        {
            if (offset < start || offset + DiskRecord.HeadBytes > start + filled)
            {
                (start, filled) = (offset, (int)Math.Min(window.Length, segment.Length - offset));
                if (!await segment.ReadAsync(window.AsMemory(0, filled), offset).ConfigureAwait(false))
                {
                    Counters.Damaged();
                    yield break;
                }
            }

            var place = DiskRecord.PlaceOf(_seed, segment.Number, (int)offset);
            byte[]? head = null;
            if (DiskRecord.TryRead(window.AsSpan((int)(offset - start)), place, out var record) && offset + record.Size <= segment.Length)
            {
                head = new byte[record.PrefixBytes + record.TextBytes];
                if (offset + head.Length <= start + filled)
                {
                    window.AsSpan((int)(offset - start), head.Length).CopyTo(head);
                }
                else if (!await segment.ReadAsync(head, offset).ConfigureAwait(false))
                {
                    head = null;
                }

                head =
                    head is not null && DiskRecord.IsWhole(head.AsSpan(0, record.PrefixBytes), head.AsSpan(record.PrefixBytes))
                        ? head
                        : null;
            }

            if (head is null)
            {
                if (segment.IsLarge)
                {
                    // There is nothing else in it.
                    Counters.Damaged();
                    yield break;
                }

                offset += DiskPlace.Unit;
                continue;
            }

            yield return (record, (int)offset, head);
            if (segment.IsLarge)
            {
                // What follows is the body.
                yield break;
            }

            offset += DiskPlace.Align((int)record.Size);
        }
    }
}
