using System.Buffers.Binary;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Disk;

/// <content>Reading records.</content>
public sealed partial class DiskStore
{
    // What is read first of a record that is too long to be read at once: its fixed part, the checksums and, as a rule, its fields.
    private const int FirstRead = 16 * 1024;

    // A record up to this long has one chunk of body, so that where its text begins is known before it is read.
    private const int OneChunkPrefix = DiskRecord.HeadBytes + sizeof(uint);
    private const int LongestAtOnce = OneChunkPrefix + DiskRecord.ChunkBytes;

    // All who want the same wait for one read, and for so long only.
    private async ValueTask<StoredResponse?> ReadAsync(ulong hash, DiskPlace place)
    {
        var own = new TaskCompletionSource<StoredResponse?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = _reading.GetOrAdd(place.Id, own);
        if (reading == own)
        {
            if (Interlocked.Increment(ref _reads) > _limits.ReadsAtOnce)
            {
                Counters.Slow();
                EndReading(place, own, null);
            }
            else
            {
                _ = ReadForAllAsync(hash, place, own);
            }
        }

        try
        {
            return reading.Task.IsCompleted
                ? await reading.Task.ConfigureAwait(false)
                : await reading.Task.WaitAsync(_limits.ReadTimeout, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Counters.Slow();
            Volatile.Write(ref _slowUntil, _time.GetTimestamp() + (long)(_limits.SlowPause.TotalSeconds * _time.TimestampFrequency));
            return null;
        }
    }

    // Its faults, if it has any, are the waiters'.
    private async Task ReadForAllAsync(ulong hash, DiskPlace place, TaskCompletionSource<StoredResponse?> reading)
    {
        StoredResponse? found = null;
        try
        {
            await BeforeReading().ConfigureAwait(false);
            found = await LoadAsync(place).ConfigureAwait(false);
            if (found is null || _purges.Removes(found))
            {
                _index.Remove(hash, place);
                found = null;
            }
        }
        catch (Exception e)
        {
            reading.TrySetException(e);
        }

        EndReading(place, reading, found);
    }

    private void EndReading(DiskPlace place, TaskCompletionSource<StoredResponse?> reading, StoredResponse? found)
    {
        Interlocked.Decrement(ref _reads);
        _reading.TryRemove(place.Id, out _);
        reading.TrySetResult(found);
    }

    private async ValueTask<StoredResponse?> LoadAsync(DiskPlace place)
    {
        if (!_segments.TryGetValue(place.Segment, out var segment) || !segment.TryBeginReading())
        {
            return null;
        }

        try
        {
            var whole = place.Size is > OneChunkPrefix and <= LongestAtOnce;
            return (whole ? await LoadAtOnceAsync(segment, place).ConfigureAwait(false) : null)
                ?? await LoadInPiecesAsync(segment, place).ConfigureAwait(false);
        }
        finally
        {
            segment.EndReading();
        }
    }

    // The text and the body lie in one row, as in memory: they are read into the array where they stay.
    private async ValueTask<StoredResponse?> LoadAtOnceAsync(DiskSegment segment, DiskPlace place)
    {
        var prefix = new byte[OneChunkPrefix];
        var data = GC.AllocateUninitializedArray<byte>(place.Size - OneChunkPrefix);
        if (
            !await segment.ReadAsync(prefix, data, place.Offset).ConfigureAwait(false)
            || !DiskRecord.TryRead(prefix, PlaceOf(place), out var record)
            || record is not { Type: DiskRecordType.Response, BodySegment: 0, Chunks: 1 }
            || record.Size != place.Size
            || !DiskRecord.IsWhole(prefix, data.AsSpan(0, record.TextBytes))
            || Checksum.Of(data.AsSpan(record.TextBytes)) != ChecksumAt(prefix, 0)
        )
        {
            return null;
        }

        return new StoredResponse(PartsOf(record, data), data, null);
    }

    private async ValueTask<StoredResponse?> LoadInPiecesAsync(DiskSegment segment, DiskPlace place)
    {
        if (await ReadHeadAsync(segment, place).ConfigureAwait(false) is not { } read)
        {
            Counters.Damaged();
            return null;
        }

        var (record, head) = read;
        var (prefix, text) = (head[..record.PrefixBytes], head[record.PrefixBytes..]);
        var bodySegment = segment;
        if (record.BodySegment != 0 && !_segments.TryGetValue(record.BodySegment, out bodySegment))
        {
            // The body has gone to make room.
            return null;
        }

        var bodyOffset = record.BodySegment == 0 ? place.Offset + head.Length : record.BodyOffset;
        var body = new DiskBody(this, bodySegment, bodyOffset, record.BodyLength, prefix[DiskRecord.HeadBytes..]);
        if (body.Length > ReadWhole)
        {
            return new StoredResponse(PartsOf(record, text), text, body);
        }

        var chunks = new byte[DiskRecord.ChunksOf(body.Length)][];
        for (var i = 0; i < chunks.Length; i++)
        {
            var offset = (long)i * DiskRecord.ChunkBytes;
            chunks[i] = GC.AllocateUninitializedArray<byte>(body.LengthOfChunk(offset));
            if (!await body.ReadChunkAsync(offset, chunks[i]).ConfigureAwait(false))
            {
                return null;
            }
        }

        return new StoredResponse(PartsOf(record, text), text, StoredBody.Of(chunks));
    }

    // What stands before a response's body, checked; null when it is not what was written.
    private async ValueTask<(DiskRecord Record, byte[] Head)?> ReadHeadAsync(DiskSegment segment, DiskPlace place)
    {
        var first = GC.AllocateUninitializedArray<byte>(Math.Min(place.Size, FirstRead));
        if (
            place.Size < DiskRecord.HeadBytes
            || !await segment.ReadAsync(first, place.Offset).ConfigureAwait(false)
            || !DiskRecord.TryRead(first, PlaceOf(place), out var record)
            || record.Type != DiskRecordType.Response
            || record.Size != place.Size
        )
        {
            return null;
        }

        var head = GC.AllocateUninitializedArray<byte>(record.PrefixBytes + record.TextBytes);
        first.AsSpan(0, Math.Min(first.Length, head.Length)).CopyTo(head);
        if (
            head.Length > first.Length
            && !await segment.ReadAsync(head.AsMemory(first.Length), place.Offset + first.Length).ConfigureAwait(false)
        )
        {
            return null;
        }

        return DiskRecord.IsWhole(head.AsSpan(0, record.PrefixBytes), head.AsSpan(record.PrefixBytes)) ? (record, head) : null;
    }

    private static StoredResponseParts PartsOf(DiskRecord record, ReadOnlySpan<byte> text) =>
        record.Parts with
        {
            Hash = CacheKey.HashOf(text[..record.Parts.KeyLength]),
        };

    private static uint ChecksumAt(ReadOnlySpan<byte> prefix, int chunk) =>
        BinaryPrimitives.ReadUInt32LittleEndian(prefix[(DiskRecord.HeadBytes + (chunk * sizeof(uint)))..]);

    private ulong PlaceOf(DiskPlace place) => DiskRecord.PlaceOf(_seed, place.Segment, place.Offset);
}
