namespace Holdfast.Rules.Patterns;

/// <summary>A set of bytes.</summary>
internal readonly record struct ByteSet(UInt128 Low, UInt128 High)
{
    /// <summary>Every byte.</summary>
    public static ByteSet All { get; } = new(UInt128.MaxValue, UInt128.MaxValue);

    /// <summary>Whether no byte is in it.</summary>
    public bool IsEmpty => Low == 0 && High == 0;

    /// <summary>Whether a byte is in it.</summary>
    public bool Contains(int value) => (((value < 128 ? Low : High) >> (value & 127)) & 1) != 0;

    /// <summary>The bytes from the first to the last.</summary>
    public static ByteSet Range(int first, int last)
    {
        var set = default(ByteSet);
        for (var value = first; value <= last; value++)
        {
            set =
                value < 128
                    ? set with
                    {
                        Low = set.Low | (UInt128.One << value),
                    }
                    : set with
                    {
                        High = set.High | (UInt128.One << (value - 128)),
                    };
        }

        return set;
    }

    /// <summary>The bytes of both.</summary>
    public ByteSet Or(ByteSet other) => new(Low | other.Low, High | other.High);

    /// <summary>The runs of neighbours in it.</summary>
    public IEnumerable<(int First, int Last)> Ranges()
    {
        for (var first = 0; first < 256; first++)
        {
            if (!Contains(first))
            {
                continue;
            }

            var last = first;
            while (last < 255 && Contains(last + 1))
            {
                last++;
            }

            yield return (first, last);
            first = last;
        }
    }
}
