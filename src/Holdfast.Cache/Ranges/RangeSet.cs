using System.Text;
using Holdfast.Cache.Fields;

namespace Holdfast.Cache.Ranges;

/// <summary>The ranges of one Range value (RFC 9110 section 14.1.2).</summary>
internal static class RangeSet
{
    /// <summary>
    /// How many ranges are honoured. A viewer that jumps about in a document asks for a handful; with hundreds, a small request makes
    /// an answer many times the size of the whole (RFC 9110 section 14.2).
    /// </summary>
    public const int MostRanges = 16;

    // What a part costs beside its bytes: a gap smaller than that is cheaper sent along (RFC 9110 section 15.3.7.2).
    private const int PartOverhead = 128;

    /// <summary>Goes past the unit; false when it is another one.</summary>
    public static bool TryBegin(ref ReadOnlySpan<byte> value)
    {
        if (value.Length < 6 || !Ascii.EqualsIgnoreCase(value[..6], "bytes="u8))
        {
            return false;
        }

        value = Octets.Trim(value[6..]);
        return true;
    }

    /// <summary>Reads several ranges, as they were asked for; those that touch or nearly do are made one.</summary>
    /// <param name="value">The value without its unit.</param>
    /// <param name="length">The bytes of the whole.</param>
    /// <param name="ranges">Those that can be satisfied; none, when none can.</param>
    /// <returns>False when they are not to be honoured.</returns>
    public static bool TryRead(ReadOnlySpan<byte> value, long length, out List<ByteRange> ranges)
    {
        ranges = [];
        var members = new FieldList(value);
        for (var count = 0; members.MoveNext(); count++)
        {
            if (count == MostRanges || !TryReadOne(members.Current, length, out var range))
            {
                return false;
            }

            if (range.Length > 0)
            {
                AddJoined(ranges, range);
            }
        }

        return true;
    }

    /// <summary>Reads one range; one of no bytes cannot be satisfied.</summary>
    /// <returns>False when it is no range.</returns>
    public static bool TryReadOne(ReadOnlySpan<byte> value, long length, out ByteRange range)
    {
        range = default;
        var dash = value.IndexOf((byte)'-');
        if (dash < 0)
        {
            return false;
        }

        var first = value[..dash];
        var last = value[(dash + 1)..];
        if (dash == 0)
        {
            if (!RangePosition.TryRead(last, out var suffix))
            {
                return false;
            }

            range = new ByteRange(Math.Max(0, length - suffix), Math.Min(length, suffix));
            return true;
        }

        var end = RangePosition.Largest;
        if (!RangePosition.TryRead(first, out var start) || (!last.IsEmpty && !RangePosition.TryRead(last, out end)) || end < start)
        {
            return false;
        }

        range = start >= length ? default : new ByteRange(start, Math.Min(end + 1, length) - start);
        return true;
    }

    // At the place of the first of those that become one.
    private static void AddJoined(List<ByteRange> ranges, ByteRange added)
    {
        var place = ranges.Count;
        for (var i = ranges.Count - 1; i >= 0; i--)
        {
            var other = ranges[i];
            if (added.Start <= other.End + PartOverhead && other.Start <= added.End + PartOverhead)
            {
                var start = Math.Min(added.Start, other.Start);
                added = new ByteRange(start, Math.Max(added.End, other.End) - start);
                ranges.RemoveAt(i);
                place = i;

                // What it has grown by may reach another one.
                i = ranges.Count;
            }
        }

        ranges.Insert(Math.Min(place, ranges.Count), added);
    }
}
