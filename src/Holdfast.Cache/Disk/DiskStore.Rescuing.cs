namespace Holdfast.Cache.Disk;

/// <content>What stays of a segment that goes: it is copied to the end. By the one that writes.</content>
public sealed partial class DiskStore
{
    // Of a segment that goes, what may stay: so that what comes finds room however hot everything is.
    private const int RescuedShare = 2;

    // What somebody wanted since it was written, or what memory has; and the fields of a body that stays elsewhere, which would be lost with them.
    private async ValueTask RescueAsync(DiskSegment segment)
    {
        var most = _limits.SegmentBytes - (int)Position;
        var room = Math.Min(_limits.SegmentBytes / RescuedShare, most);
        await foreach (var (found, offset, itsHead) in RecordsAsync(segment, DiskSegment.HeadBytes).ConfigureAwait(false))
        {
            var (record, head) = (found, itsHead);
            if (
                record.Type != DiskRecordType.Response
                || record.BodySegment == segment.Number
                || (record.BodySegment != 0 && !_segments.ContainsKey(record.BodySegment))
            )
            {
                continue;
            }

            var from = new DiskPlace(segment.Number, offset, (int)record.Size, record.Variant);
            var bodyAt = offset + head.Length;
            if (
                record.BodySegment == 0
                && !_index.IsAt(record.Hash, from)
                && await FindRenewedAsync(segment, record, bodyAt).ConfigureAwait(false) is { } renewed
            )
            {
                (record, head, from) = renewed;
            }

            var isHeadAlone = record.BodySegment != 0;
            var size = DiskPlace.Align((int)record.Size);
            if (
                size > (isHeadAlone ? most : room)
                || _index.IsHot(record.Hash, from) is not { } isHot
                || !(isHeadAlone || isHot || IsInMemory(KeyOf(record, head), SelectingOf(record, head)))
            )
            {
                continue;
            }

            var to = await CopyAsync(record, head, segment, bodyAt).ConfigureAwait(false);
            most -= size;
            room = Math.Min(room - size, most);
            _unpublished.Add(new Written(null, record.Hash, to, from, KeyOf(record, head).ToArray()));
        }
    }

    // The fields that a 304 has written for a body that lies in this segment: whoever wants the response asks for these.
    private async ValueTask<(DiskRecord Record, byte[] Head, DiskPlace Place)?> FindRenewedAsync(
        DiskSegment segment,
        DiskRecord old,
        int bodyAt
    )
    {
        if (old.BodyLength <= ReadWhole)
        {
            // Such a one is read as a whole, and written as a whole when it is renewed.
            return null;
        }

        var places = new DiskPlace[DiskIndex.MostVariants];
        var count = _index.Find(old.Hash, places);
        foreach (var place in places[..count].Where(place => place.Variant == old.Variant))
        {
            if (
                _segments.TryGetValue(place.Segment, out var its)
                && await ReadHeadAsync(its, place).ConfigureAwait(false) is { } found
                && found.Record.BodySegment == segment.Number
                && found.Record.BodyOffset == bodyAt
                && found.Record.BodyLength == old.BodyLength
            )
            {
                return (found.Record with { BodySegment = 0, BodyOffset = 0 }, found.Head, place);
            }
        }

        return null;
    }

    private async ValueTask<DiskPlace> CopyAsync(DiskRecord record, byte[] head, DiskSegment segment, int bodyAt)
    {
        var to = await ReserveAsync(record).ConfigureAwait(false);
        var copy = HeadOf(record);
        head.CopyTo(copy);
        (record with { Removals = _removals }).Write(copy, DiskRecord.PlaceOf(_seed, _tail!.Number, to));
        for (var done = 0; record.BodySegment == 0 && done < record.BodyLength; )
        {
            var count = (int)Math.Min(_chunk.Length, record.BodyLength - done);
            if (!await segment.ReadAsync(_chunk.AsMemory(0, count), bodyAt + done).ConfigureAwait(false))
            {
                Array.Clear(_chunk);
            }

            await AddAsync(_chunk.AsMemory(0, count)).ConfigureAwait(false);
            done += count;
        }

        await AlignAsync().ConfigureAwait(false);
        _tail.Note(record.Parts.Began, record.Parts.Began);
        return new DiskPlace(_tail.Number, to, (int)record.Size, record.Variant);
    }

    private static ReadOnlySpan<byte> KeyOf(DiskRecord record, byte[] head) => head.AsSpan(record.PrefixBytes, record.Parts.KeyLength);

    private static ReadOnlySpan<byte> SelectingOf(DiskRecord record, byte[] head) =>
        head.AsSpan(record.PrefixBytes + record.Parts.KeyLength, record.Parts.SelectingLength);
}
