using System.Buffers.Binary;

namespace Holdfast.Releases.Store;

/// <summary>What a scan met: a record, or bytes that are none.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Bytes">How long it is.</param>
/// <param name="Record">The record's head; null for bytes that are no record.</param>
/// <param name="Whole">Whether head and body are undamaged.</param>
internal readonly record struct Scanned(long Offset, long Bytes, SegmentRecord? Record, bool Whole);

/// <summary>
/// Reads a segment from end to end, over whatever damage there is: behind bytes that are no record it goes on at the next that is one.
/// </summary>
internal sealed class SegmentScan
{
    private const int Window = 1024 * 1024;

    private readonly Segment _segment;
    private readonly long _end;
    private byte[] _buffer = new byte[Window];
    private long _start;
    private int _filled;
    private long _next;

    /// <summary>A scan of the bytes from an offset to where the segment ends now.</summary>
    public SegmentScan(Segment segment, long from)
    {
        _segment = segment;
        _end = segment.End;
        _next = _start = from;
    }

    /// <summary>The next record, or the next stretch of damage; false at the end.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public bool TryNext(out Scanned scanned)
    {
        scanned = default;
        if (_next >= _end)
        {
            return false;
        }

        if (IsRecordAt(_next, out var record))
        {
            var bytes = Bytes(_next, record.Bytes);
            var whole = SegmentRecord.Checksum(bytes[SegmentRecord.HeadBytes..]) == record.BodyChecksum;
            scanned = new Scanned(_next, record.Bytes, record, whole);
            _next += record.Bytes;
            return true;
        }

        var from = _next;
        _next = NextRecord(from + 1);
        scanned = new Scanned(from, _next - from, null, false);
        return true;
    }

    /// <summary>The body of the record that was met last.</summary>
    public ReadOnlySpan<byte> Body(Scanned scanned) => Bytes(scanned.Offset, (int)scanned.Bytes)[SegmentRecord.HeadBytes..];

    private bool IsRecordAt(long offset, out SegmentRecord record)
    {
        var head = Bytes(offset, SegmentRecord.HeadBytes);
        record = default;
        return head.Length == SegmentRecord.HeadBytes && SegmentRecord.TryRead(head, out record) && offset + record.Bytes <= _end;
    }

    private long NextRecord(long offset)
    {
        Span<byte> magic = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(magic, SegmentRecord.Magic);
        while (offset < _end)
        {
            var window = Bytes(offset, Window);
            var at = window.IndexOf(magic);
            if (at < 0)
            {
                offset += Math.Max(1, window.Length - magic.Length + 1);
                continue;
            }

            if (IsRecordAt(offset + at, out _))
            {
                return offset + at;
            }

            offset += at + 1;
        }

        return _end;
    }

    /// <summary>The bytes from an offset on, as many as wanted unless the segment ends before. Valid until the next call.</summary>
    private ReadOnlySpan<byte> Bytes(long offset, int wanted)
    {
        var length = (int)Math.Min(wanted, _end - offset);
        if (offset < _start || offset + length > _start + _filled)
        {
            if (length > _buffer.Length)
            {
                _buffer = new byte[length];
            }

            _start = offset;
            _filled = _segment.Read(offset, _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, _end - offset)));
        }

        return _buffer.AsSpan((int)(offset - _start), Math.Min(length, (int)(_start + _filled - offset)));
    }
}
