using System.Numerics;

namespace Holdfast.Rules.Lists;

/// <summary>
/// Finds a place among sorted numbers: a table says where those with the same first bits begin, counted from the least number, and between
/// them it is found by halving. Numbers that lie in clusters take more steps, but never more than without the table.
/// </summary>
internal sealed class SampleIndex
{
    // About so many numbers have the same first bits when they are spread evenly.
    private const int Each = 2;

    private readonly ulong[] _values;
    private readonly int[] _buckets;
    private readonly int _shift;

    /// <param name="values">Sorted; they may be empty.</param>
    public SampleIndex(ulong[] values)
    {
        _values = values;
        var width = values.Length == 0 || values[^1] < values[0] ? 0 : 64 - BitOperations.LeadingZeroCount(values[^1] - values[0]);
        _shift = Math.Max(0, width - (BitOperations.Log2((uint)Math.Max(1, values.Length / Each)) + 1));

        // Of each bucket, the last number before it; the first bucket has the first number. One more than there are buckets.
        _buckets = new int[width == 0 ? 2 : (int)((values[^1] - values[0]) >> _shift) + 2];
        var at = 0;
        for (var bucket = 1; bucket < _buckets.Length; bucket++)
        {
            while (at < values.Length && ((values[at] - values[0]) >> _shift) < (ulong)bucket)
            {
                at++;
            }

            _buckets[bucket] = Math.Max(0, at - 1);
        }
    }

    /// <summary>The index of the last number that is not above another; 0 when all are.</summary>
    public int LastUpTo(ulong value)
    {
        if (_values.Length == 0 || value <= _values[0])
        {
            return 0;
        }

        var bucket = (int)Math.Min((value - _values[0]) >> _shift, (ulong)_buckets.Length - 2);
        var (from, to) = (_buckets[bucket], _buckets[bucket + 1]);
        return from + LastUpTo(_values.AsSpan(from, to - from + 1), value);
    }

    /// <summary>The same, by halving alone, without branches that depend on what was looked at.</summary>
    public static int LastUpTo(ReadOnlySpan<ulong> values, ulong value)
    {
        var (at, left) = (0, values.Length);
        while (left > 1)
        {
            var half = left >> 1;
            at = values[at + half] <= value ? at + half : at;
            left -= half;
        }

        return at;
    }
}
