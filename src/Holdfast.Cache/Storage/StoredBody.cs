namespace Holdfast.Cache.Storage;

/// <summary>
/// A body in segments that are only ever appended to. One writer fills it; readers may read what has been appended meanwhile, at their own
/// speed and without a lock: the length is published after the bytes.
/// </summary>
public sealed class StoredBody : BodyBytes
{
    /// <summary>The largest segment: below the size from which arrays are collected late and never moved.</summary>
    public const int SegmentLength = 64 * 1024;

    private const int FirstSegmentLength = 4 * 1024;

    // Ends[i] is the offset behind segment i. Replaced as a whole when it grows, so that a reader sees one or the other.
    private Map _map = new([], []);
    private long _length;

    /// <summary>How many bytes can be read.</summary>
    public override long Length => Volatile.Read(ref _length);

    /// <summary>The first byte that is still here.</summary>
    public long Start
    {
        get
        {
            var map = Volatile.Read(ref _map);
            return map.Ends.Length == 0 ? 0 : map.Ends[0] - map.Segments[0].Length;
        }
    }

    /// <summary>How many bytes of memory it takes.</summary>
    public override long Cost
    {
        get
        {
            var map = Volatile.Read(ref _map);
            return (map.Ends.Length == 0 ? 0 : map.Ends[^1] - Start) + (map.Ends.Length * 40L) + 64;
        }
    }

    /// <summary>A body whose length is said, -1 for an unknown one, and of which nothing is here: it cannot be read.</summary>
    public static StoredBody Announced(long length) => new() { _length = length };

    /// <summary>A body of these segments, which stay as they are.</summary>
    internal static StoredBody Of(byte[][] segments)
    {
        var ends = new long[segments.Length];
        var length = 0L;
        for (var i = 0; i < ends.Length; i++)
        {
            ends[i] = length += segments[i].Length;
        }

        return new StoredBody { _map = new Map(segments, ends), _length = length };
    }

    /// <summary>Appends bytes.</summary>
    /// <param name="bytes">What to append.</param>
    /// <param name="expected">How many bytes are still to come, these included; -1 when nobody knows.</param>
    public void Append(ReadOnlySpan<byte> bytes, long expected)
    {
        while (!bytes.IsEmpty)
        {
            var room = (_map.Ends.Length == 0 ? 0 : _map.Ends[^1]) - _length;
            if (room == 0)
            {
                room = Grow(expected < 0 ? -1 : Math.Max(expected, bytes.Length));
            }

            var count = (int)Math.Min(room, bytes.Length);
            var segment = _map.Segments[^1];
            bytes[..count].CopyTo(segment.AsSpan((int)(segment.Length - room)));
            bytes = bytes[count..];
            expected -= expected < 0 ? 0 : count;
            Volatile.Write(ref _length, _length + count);
        }
    }

    /// <summary>What lies together from this offset on; empty at <see cref="Length"/>, and before <see cref="Start"/>.</summary>
    public override ReadOnlyMemory<byte> At(long offset)
    {
        var length = Length;
        if (offset >= length)
        {
            return default;
        }

        var map = Volatile.Read(ref _map);
        var index = Array.BinarySearch(map.Ends, offset + 1);
        index = index < 0 ? ~index : index;
        var segment = map.Segments[index];
        var start = map.Ends[index] - segment.Length;
        if (offset < start)
        {
            return default;
        }

        var end = Math.Min(map.Ends[index], length);
        return segment.AsMemory((int)(offset - start), (int)(end - offset));
    }

    /// <summary>Lets go of the segments that end at this offset or before it; the last one stays.</summary>
    public void DropBefore(long offset)
    {
        var (segments, ends) = (_map.Segments, _map.Ends);
        var count = 0;
        while (count < ends.Length - 1 && ends[count] <= offset)
        {
            count++;
        }

        Volatile.Write(ref _map, new Map(segments[count..], ends[count..]));
    }

    /// <summary>Copies everything.</summary>
    public void CopyTo(Span<byte> into)
    {
        for (long offset = 0; offset < Length; )
        {
            var piece = At(offset).Span;
            piece.CopyTo(into[(int)offset..]);
            offset += piece.Length;
        }
    }

    // Without a known length, segments double up to the largest: little is wasted on a small body, and few are needed for a large one.
    private long Grow(long expected)
    {
        var (segments, ends) = (_map.Segments, _map.Ends);
        var wanted = expected >= 0 ? expected : FirstSegmentLength << Math.Min(segments.Length, 4);
        var segment = new byte[Math.Min(wanted, SegmentLength)];
        Volatile.Write(ref _map, new Map([.. segments, segment], [.. ends, (ends.Length == 0 ? 0 : ends[^1]) + segment.Length]));
        return segment.Length;
    }

    private sealed record Map(byte[][] Segments, long[] Ends);
}
