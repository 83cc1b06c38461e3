using System.Runtime.InteropServices;

namespace Holdfast.Rules.Patterns;

/// <summary>Runs an expression by one look-up a byte. The table is made when the expression is read, and only if it is small.</summary>
internal sealed class TableMatcher : RegexMatcher
{
    // Entries of two bytes. Most expressions of rules need a tenth of that; a zone may have thousands.
    private const int MostEntries = 2048;

    // What the attempt may cost, so that an expression that needs bits is not slow to read. A few milliseconds.
    private const int MostWork = 2_000_000;

    private readonly byte[] _classOf;
    private readonly ushort[] _next;
    private readonly bool[] _matchesAtEnd;
    private readonly int _classes;

    private TableMatcher(byte[] classOf, int classes, ushort[] next, bool[] matchesAtEnd)
    {
        (_classOf, _classes, _next, _matchesAtEnd) = (classOf, classes, next, matchesAtEnd);
    }

    // The first two states: it has matched; it can't match any more.
    private const int Matched = 0;
    private const int Over = 1;
    private const int Start = 2;

    /// <inheritdoc />
    public override int Cost => 6;

    /// <summary>The table; null when it would be large.</summary>
    public static TableMatcher? TryMake(BitMatcher bits)
    {
        var numbers = new Dictionary<(string Positions, Beside Before), int>();
        var states = new List<(ulong[] Positions, Beside Before)>
        {
            ([], Beside.Edge),
            ([], Beside.Edge),
            (new ulong[bits.Words], Beside.Edge),
        };
        var examples = new byte[bits.Classes];
        for (var value = 255; value >= 0; value--)
        {
            examples[bits.ClassOf[value]] = (byte)value;
        }

        var next = new List<int>();
        var reached = new ulong[bits.Words];
        for (var state = 0; state < states.Count; state++)
        {
            if (states.Count * bits.Classes > MostEntries || (long)states.Count * bits.Classes * bits.Cost > MostWork)
            {
                return null;
            }

            foreach (var value in examples)
            {
                next.Add(state < Start ? state : To(state, value));
            }
        }

        // A state is where its row begins.
        return new TableMatcher(
            bits.ClassOf,
            bits.Classes,
            [.. next.Select(state => (ushort)(state * bits.Classes))],
            [.. states.Select((state, number) => number >= Start ? bits.MatchesAtEnd(state.Positions, state.Before) : number == Matched)]
        );

        int To(int state, byte value)
        {
            var (positions, before) = states[state];
            if (bits.Take(positions, reached, before, value))
            {
                return Matched;
            }

            if (bits.EndsWhenEmpty && !reached.AsSpan().ContainsAnyExcept(0UL))
            {
                return Over;
            }

            var key = (new string(MemoryMarshal.Cast<ulong, char>(reached)), bits.KindOf(value));
            if (!numbers.TryGetValue(key, out var number))
            {
                number = states.Count;
                numbers.Add(key, number);
                states.Add(((ulong[])reached.Clone(), key.Item2));
            }

            return number;
        }
    }

    /// <inheritdoc />
    public override bool IsIn(ReadOnlySpan<byte> text)
    {
        var (classOf, next, over) = (_classOf, _next, Over * _classes);
        var state = Start * _classes;
        foreach (var value in text)
        {
            state = next[state + classOf[value]];
            if (state <= over)
            {
                break;
            }
        }

        return _matchesAtEnd[state / _classes];
    }
}
