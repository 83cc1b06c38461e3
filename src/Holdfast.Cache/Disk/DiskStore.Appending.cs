using System.Buffers.Binary;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Disk;

/// <content>Appending records. By the one that writes.</content>
public sealed partial class DiskStore
{
    // What is written with one call: many small records, or a piece of a large one.
    private const int WriteBytes = 1024 * 1024;

    private static readonly byte[] Padding = new byte[DiskPlace.Unit];

    private readonly List<Written> _unpublished = [];
    private readonly byte[] _chunk = new byte[DiskRecord.ChunkBytes];
    private byte[] _buffer = [];
    private int _buffered;
    private long _bufferedAt;
    private DiskSegment? _tail;
    private uint _newest;
    private uint _removals;

    private long Position => _bufferedAt + _buffered;

    private async ValueTask AppendAsync(DiskChange change)
    {
        if (change.Response is { } response)
        {
            if (_index.IsSuperseded(change.Hash, change.Variant, change.Sequence) || !TryDescribe(response, change, out var record))
            {
                _index.Settle(change.Hash, change.Variant, change.Sequence, isPut: true);
                return;
            }

            await PlaceForAsync(record.Size).ConfigureAwait(false);
            var place = await BeginRecordAsync(record with { Removals = _removals }, response).ConfigureAwait(false);
            if (response.OnDisk is null)
            {
                for (long offset = 0; offset < response.BodyLength; )
                {
                    var piece = response.BodyAt(offset);
                    await AddAsync(piece).ConfigureAwait(false);
                    offset += piece.Length;
                }
            }

            await AlignAsync().ConfigureAwait(false);
            _tail!.Note(response.Began, response.Began);
            _unpublished.Add(new Written(change, change.Hash, place, null, change.Key));
        }
        else
        {
            await AppendRemovalAsync(change.Hash, change.Variant, change.Key!).ConfigureAwait(false);
            _unpublished.Add(new Written(change, change.Hash, default, null, null));
        }
    }

    private async ValueTask AppendRemovalAsync(ulong hash, int variant, byte[] key)
    {
        var record = new DiskRecord
        {
            Type = variant == DiskIndex.AllVariants ? DiskRecordType.RemovalOfAll : DiskRecordType.Removal,
            Variant = (byte)variant,
            Parts = new StoredResponseParts { KeyLength = key.Length },
            Removals = _removals,
            Hash = hash,
        };
        await PlaceForAsync(record.Size).ConfigureAwait(false);
        await BeginAsync(record, key).ConfigureAwait(false);
        await AlignAsync().ConfigureAwait(false);
        _removals++;
    }

    private bool TryDescribe(StoredResponse response, DiskChange change, out DiskRecord record)
    {
        record = new DiskRecord
        {
            Type = DiskRecordType.Response,
            Variant = (byte)change.Variant,
            Parts = response.Parts,
            BodyLength = response.BodyLength,
            Hash = change.Hash,
        };
        if (response.OnDisk is not { } body)
        {
            return true;
        }

        // The body stays where it is: an update of a large response writes its fields alone. They go with the body's segment, which is the older one.
        record = record with
        {
            BodySegment = body.Segment.Number,
            BodyOffset = body.Offset,
        };
        return _segments.TryGetValue(body.Segment.Number, out var segment) && segment == body.Segment;
    }

    private async ValueTask<DiskPlace> BeginRecordAsync(DiskRecord record, StoredResponse response)
    {
        var offset = await ReserveAsync(record).ConfigureAwait(false);
        var head = HeadOf(record);
        response.Text.CopyTo(head[record.PrefixBytes..]);
        if (response.OnDisk is { } body)
        {
            body.Checksums.CopyTo(head[DiskRecord.HeadBytes..]);
        }
        else
        {
            for (var i = 0; i < record.Chunks; i++)
            {
                var checksum = Checksum.Of(ChunkOf(response, i));
                BinaryPrimitives.WriteUInt32LittleEndian(head[(DiskRecord.HeadBytes + (i * sizeof(uint)))..], checksum);
            }
        }

        record.Write(head, DiskRecord.PlaceOf(_seed, _tail!.Number, offset));
        return new DiskPlace(_tail.Number, offset, (int)record.Size, record.Variant);
    }

    private async ValueTask BeginAsync(DiskRecord record, byte[] text)
    {
        var offset = await ReserveAsync(record).ConfigureAwait(false);
        var head = HeadOf(record);
        text.CopyTo(head[record.PrefixBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(head[DiskRecord.HeadBytes..], Checksum.Of([]));
        record.Write(head, DiskRecord.PlaceOf(_seed, _tail!.Number, offset));
    }

    // The head is written into the buffer as a whole.
    private async ValueTask<int> ReserveAsync(DiskRecord record)
    {
        var bytes = record.PrefixBytes + record.TextBytes;
        if (_buffered + bytes > _buffer.Length)
        {
            await WriteBufferAsync().ConfigureAwait(false);
            if (bytes > _buffer.Length)
            {
                _buffer = new byte[Math.Max(bytes, WriteBytes)];
            }
        }

        var offset = (int)Position;
        _buffered += bytes;
        return offset;
    }

    private Span<byte> HeadOf(DiskRecord record)
    {
        var bytes = record.PrefixBytes + record.TextBytes;
        return _buffer.AsSpan(_buffered - bytes, bytes);
    }

    private ReadOnlySpan<byte> ChunkOf(StoredResponse response, int chunk)
    {
        var start = (long)chunk * DiskRecord.ChunkBytes;
        var length = (int)Math.Min(DiskRecord.ChunkBytes, response.BodyLength - start);
        var first = response.BodyAt(start).Span;
        if (first.Length >= length)
        {
            return first[..length];
        }

        for (var filled = 0; filled < length; )
        {
            var piece = response.BodyAt(start + filled).Span;
            piece = piece[..Math.Min(piece.Length, length - filled)];
            piece.CopyTo(_chunk.AsSpan(filled));
            filled += piece.Length;
        }

        return _chunk.AsSpan(0, length);
    }

    private async ValueTask AddAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_buffered == _buffer.Length)
            {
                await WriteBufferAsync().ConfigureAwait(false);
            }

            var count = Math.Min(bytes.Length, _buffer.Length - _buffered);
            bytes.Span[..count].CopyTo(_buffer.AsSpan(_buffered));
            _buffered += count;
            bytes = bytes[count..];
        }
    }

    private async ValueTask AlignAsync()
    {
        var padding = DiskPlace.Align((int)Position) - (int)Position;
        await AddAsync(Padding.AsMemory(0, padding)).ConfigureAwait(false);
    }

    private async ValueTask WriteBufferAsync()
    {
        if (_buffered > 0)
        {
            await _tail!.AppendAsync(_buffer.AsMemory(0, _buffered), _bufferedAt).ConfigureAwait(false);
            _bufferedAt += _buffered;
            _buffered = 0;
            _hasChanged = true;
            _pause = TimeSpan.Zero;
            Problem = null;
        }
    }

    // From here on what was appended can be found.
    private async ValueTask FlushAsync()
    {
        while (_unpublished.Count > 0 || _buffered > 0)
        {
            await WriteBufferAsync().ConfigureAwait(false);
            List<Written> lost = [];
            var responses = 0;
            foreach (var written in _unpublished)
            {
                if (written.From is { } from)
                {
                    if (!_index.Move(written.Hash, from, written.Place))
                    {
                        lost.Add(written);
                    }
                }
                else if (written.Change is { Response: { } response } change)
                {
                    responses++;
                    if (_index.Publish(change.Hash, written.Place, change.Sequence))
                    {
                        // It lies behind them and takes their place: a removal now would lie behind it, and remove it too.
                        lost.RemoveAll(before => before.Hash == written.Hash && before.Place.Variant == written.Place.Variant);
                    }
                    else
                    {
                        lost.Add(written with { Key = response.Key.ToArray() });
                    }
                }
                else if (written.Change is { } removal)
                {
                    _index.Settle(removal.Hash, removal.Variant, removal.Sequence, isPut: false);
                }
            }

            Counters.Wrote(responses);
            _unpublished.Clear();

            // Something newer came meanwhile, and may come to nothing: a restart must not find what was just written.
            foreach (var written in lost)
            {
                await AppendRemovalAsync(written.Hash, written.Place.Variant, written.Key!).ConfigureAwait(false);
            }
        }
    }

    // Change: what it came from; From: where a rescued record lay before.
    private sealed record Written(DiskChange? Change, ulong Hash, DiskPlace Place, DiskPlace? From, byte[]? Key);
}
