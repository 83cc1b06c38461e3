using System.Numerics;

namespace Holdfast.Rules.Planning;

/// <summary>
/// Finds all ranges that a value is in. The places where ranges begin and end are sorted, with an index over their first bits. Each place has the
/// ranges that it is in; where that would be too many in all, a tree over the places (a segment tree) has each range at a few nodes, so that
/// those above a value's place are the ranges that it is in.
/// </summary>
internal sealed class RangeIndex<T>
    where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    private const int FirstLevelBits = 8;

    // Without the tree, each range may be at so many places on average.
    private const int MostPlaces = 8;

    private readonly T[] _places;
    private readonly int[] _firstLevel;
    private readonly int _shift;
    private readonly int _width;
    private readonly bool _isTree;
    private readonly int[] _leaves;
    private readonly int[] _leaf;

    /// <param name="ranges">Both ends are included.</param>
    public RangeIndex(IReadOnlyList<(T First, T Last, int Leaf)> ranges)
    {
        var places = new List<T>(2 * ranges.Count);
        foreach (var (first, last, _) in ranges)
        {
            places.Add(first);
            if (last != T.MaxValue)
            {
                places.Add(last + T.One);
            }
        }

        places.Sort();
        _places = [.. places.Distinct()];
        _width = (int)BitOperations.RoundUpToPowerOf2((uint)_places.Length);
        _shift = (System.Runtime.CompilerServices.Unsafe.SizeOf<T>() * 8) - FirstLevelBits;
        _firstLevel = new int[(1 << FirstLevelBits) + 1];
        foreach (var place in _places)
        {
            _firstLevel[Bucket(place) + 1]++;
        }

        for (var bucket = 0; bucket + 1 < _firstLevel.Length; bucket++)
        {
            _firstLevel[bucket + 1] += _firstLevel[bucket];
        }

        var nodes = new List<(int Node, int Leaf)>();
        (int From, int To, int Leaf)[] spans =
        [
            .. ranges.Select(range =>
                (
                    Array.BinarySearch(_places, range.First) + _width,
                    (range.Last == T.MaxValue ? _places.Length : Array.BinarySearch(_places, range.Last + T.One)) + _width,
                    range.Leaf
                )
            ),
        ];
        _isTree = spans.Sum(span => (long)(span.To - span.From)) > (long)MostPlaces * spans.Length;
        foreach (var (first, last, leaf) in spans)
        {
            if (!_isTree)
            {
                nodes.AddRange(Enumerable.Range(first, last - first).Select(node => (node, leaf)));
                continue;
            }

            var (from, to) = (first, last);
            for (; from < to; from >>= 1, to >>= 1)
            {
                if ((from & 1) == 1)
                {
                    nodes.Add((from++, leaf));
                }

                if ((to & 1) == 1)
                {
                    nodes.Add((--to, leaf));
                }
            }
        }

        nodes.Sort();
        _leaf = [.. nodes.Select(entry => entry.Leaf)];
        _leaves = new int[(2 * _width) + 1];
        foreach (var (node, _) in nodes)
        {
            _leaves[node + 1]++;
        }

        for (var node = 0; node < 2 * _width; node++)
        {
            _leaves[node + 1] += _leaves[node];
        }
    }

    /// <summary>Marks the leaves of the ranges that a value is in.</summary>
    public void Find(T value, RulePass pass)
    {
        var bucket = Bucket(value);
        var (low, high) = (_firstLevel[bucket], _firstLevel[bucket + 1] - 1);
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            (low, high) = value >= _places[middle] ? (middle + 1, high) : (low, middle - 1);
        }

        if (high < 0)
        {
            return;
        }

        for (var node = high + _width; node > 0; node = _isTree ? node >> 1 : 0)
        {
            for (var leaf = _leaves[node]; leaf < _leaves[node + 1]; leaf++)
            {
                pass.Mark(_leaf[leaf]);
            }
        }
    }

    // The first bits; numbers with a sign from the least to the greatest.
    private int Bucket(T value) => int.CreateTruncating((value >> _shift) - (T.MinValue >> _shift));
}
