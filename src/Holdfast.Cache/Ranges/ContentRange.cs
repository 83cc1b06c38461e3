using System.Text;
using Holdfast.Cache.Fields;

namespace Holdfast.Cache.Ranges;

/// <summary>A Content-Range that says which bytes of how many a 206 brings (RFC 9110 section 14.4).</summary>
/// <param name="Start">The first byte.</param>
/// <param name="Length">How many bytes; 0 when there is no such field, or none that a cache can use.</param>
/// <param name="Complete">How many bytes the whole has.</param>
public readonly record struct ContentRange(long Start, long Length, long Complete)
{
    /// <summary>Whether it says where the part belongs.</summary>
    public bool IsUsable => Length > 0;

    /// <summary>Reads <c>bytes first-last/complete</c>. Another unit, an unknown complete length or numbers that contradict each other are not usable.</summary>
    public static ContentRange Parse(ReadOnlySpan<byte> value)
    {
        if (value.Length < 6 || !Ascii.EqualsIgnoreCase(value[..6], "bytes "u8))
        {
            return default;
        }

        value = Octets.Trim(value[6..]);
        var dash = value.IndexOf((byte)'-');
        var slash = value.IndexOf((byte)'/');
        return
            dash > 0
            && slash > dash
            && RangePosition.TryRead(value[..dash], out var first)
            && RangePosition.TryRead(value[(dash + 1)..slash], out var last)
            && RangePosition.TryRead(value[(slash + 1)..], out var complete)
            && first <= last
            && last < complete
            && complete < RangePosition.Largest
            ? new ContentRange(first, last - first + 1, complete)
            : default;
    }
}
