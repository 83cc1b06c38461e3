namespace Holdfast.Rules.Patterns;

/// <summary>A set of characters, or of bytes, as sorted ranges that don't touch.</summary>
internal sealed class CharacterSet
{
    private CharacterSet(List<(int First, int Last)> ranges) => Ranges = ranges;

    /// <summary>The ranges.</summary>
    public IReadOnlyList<(int First, int Last)> Ranges { get; }

    /// <summary>Makes a set of ranges in any order.</summary>
    public static CharacterSet Of(IEnumerable<(int First, int Last)> ranges)
    {
        var merged = new List<(int First, int Last)>();
        foreach (var (first, last) in ranges.OrderBy(range => range.First))
        {
            if (merged.Count > 0 && first <= merged[^1].Last + 1)
            {
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, last));
            }
            else
            {
                merged.Add((first, last));
            }
        }

        return new CharacterSet(merged);
    }

    /// <summary>Makes a set of one range.</summary>
    public static CharacterSet Of(int first, int last) => new([(first, last)]);

    /// <summary>Those of either.</summary>
    public CharacterSet Union(CharacterSet other) => Of(Ranges.Concat(other.Ranges));

    /// <summary>Those of both.</summary>
    public CharacterSet Intersect(CharacterSet other) =>
        Of(
            from mine in Ranges
            from theirs in other.Ranges
            let first = Math.Max(mine.First, theirs.First)
            let last = Math.Min(mine.Last, theirs.Last)
            where first <= last
            select (first, last)
        );

    /// <summary>Those up to a largest that are not in it.</summary>
    public CharacterSet Negate(int largest)
    {
        var ranges = new List<(int, int)>();
        var next = 0;
        foreach (var (first, last) in Ranges)
        {
            if (first > next)
            {
                ranges.Add((next, first - 1));
            }

            next = last + 1;
        }

        if (next <= largest)
        {
            ranges.Add((next, largest));
        }

        return new CharacterSet(ranges);
    }
}
