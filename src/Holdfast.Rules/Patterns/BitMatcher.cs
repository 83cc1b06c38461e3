using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Holdfast.Rules.Patterns;

/// <summary>
/// Runs all positions of an expression at once, a bit for each (Navarro and Raffinot, "Flexible Pattern Matching in Strings", chapter 5).
/// Most positions lead to themselves or the next: those are two operations for 64 of them. Others are grouped by where they lead.
/// </summary>
internal sealed class BitMatcher : RegexMatcher
{
    private const int MostWordsOnStack = 64;

    private readonly int _words;
    private readonly ulong[] _toNext;
    private readonly ulong[] _toItself;

    // One after the other: where its words begin, how many they are, where those that it leads to begin, how many, and all these words.
    private readonly ulong[] _groups;
    private readonly ulong[] _sets;
    private readonly ulong[] _matchesNow;
    private readonly ulong[]?[] _matchesBefore;
    private readonly ulong[] _matchesAtEnd;
    private readonly ulong[][] _starts;
    private readonly bool[] _emptyMatches;
    private readonly bool _looks;
    private readonly Beside[] _kinds;
    private readonly bool _endsWhenEmpty;

    public BitMatcher(RegexAutomaton automaton)
    {
        _words = automaton.Words;
        _looks = automaton.LooksBeside;
        (_toNext, _toItself, var groups) = Edges(automaton);
        _groups = [.. groups.SelectMany(group => group.Flat)];
        _kinds = [.. Enumerable.Range(0, 256).Select(automaton.KindOf)];
        (ClassOf, Classes, _sets) = Sets(automaton);
        _matchesNow = Bits(automaton, next => next.MatchesAnyway);
        _matchesAtEnd = Bits(automaton, next => next.Matches[(int)Beside.Edge]);
        _matchesBefore =
        [
            .. Enum.GetValues<Beside>()
                .Select(kind => Bits(automaton, next => next.Matches[(int)kind]))
                .Select(bits => bits.AsSpan().SequenceEqual(_matchesNow) ? null : bits),
        ];
        _starts = [.. automaton.Starts.Select(start => start.Positions)];
        _emptyMatches = [.. automaton.Starts.SelectMany(start => start.Matches)];
        var later = automaton.Kinds.Select(kind => automaton.Starts[(int)kind]);
        _endsWhenEmpty = later.All(start => !start.Positions.Any(word => word != 0) && !start.Matches.Contains(true));
        Cost = (3 * _words) + (_looks ? _words : 0) + groups.Sum(group => group.Cost);
    }

    // Positions that lead to the same ones: words of them, and of where they lead.
    private sealed record Group(int From, ulong[] Of, int To, ulong[] Follows)
    {
        public int Cost => Of.Length + Follows.Length;

        public IEnumerable<ulong> Flat => [(ulong)From, (ulong)Of.Length, (ulong)To, (ulong)Follows.Length, .. Of, .. Follows];
    }

    /// <inheritdoc />
    public override int Cost { get; }

    /// <summary>Bytes that no position tells apart are one class.</summary>
    public byte[] ClassOf { get; }

    /// <summary>How many classes there are.</summary>
    public int Classes { get; }

    /// <summary>Words of 64 positions.</summary>
    public int Words => _words;

    /// <summary>Nothing can match any more when no position is left.</summary>
    public bool EndsWhenEmpty => _endsWhenEmpty;

    /// <summary>The kind of a byte.</summary>
    public Beside KindOf(int value) => _kinds[value];

    /// <inheritdoc />
    public override bool IsIn(ReadOnlySpan<byte> text)
    {
        Span<ulong> both = _words <= MostWordsOnStack ? stackalloc ulong[2 * MostWordsOnStack] : new ulong[2 * _words];
        var now = both[.._words];
        var next = both.Slice(_words, _words);
        now.Clear();
        var before = Beside.Edge;
        foreach (var value in text)
        {
            if (Take(now, next, before, value))
            {
                return true;
            }

            var taken = next;
            next = now;
            now = taken;
            before = _kinds[value];
            if (_endsWhenEmpty && !now.ContainsAnyExcept(0UL))
            {
                return false;
            }
        }

        return MatchesAtEnd(now, before);
    }

    /// <summary>Whether a text that ends here has matched.</summary>
    public bool MatchesAtEnd(ReadOnlySpan<ulong> now, Beside before) =>
        _emptyMatches[((int)before * 4) + (int)Beside.Edge] || Meets(now, _matchesAtEnd);

    /// <summary>Takes a byte.</summary>
    /// <param name="now">The positions that stand before it.</param>
    /// <param name="next">Gets those that stand behind it.</param>
    /// <param name="before">What the byte before it was.</param>
    /// <param name="value">The byte.</param>
    /// <returns>True when it has matched, before this byte or with it.</returns>
    public bool Take(ReadOnlySpan<ulong> now, Span<ulong> next, Beside before, byte value)
    {
        var kind = _kinds[value];
        if (_emptyMatches[((int)before * 4) + (int)kind] || (_looks && _matchesBefore[(int)kind] is { } matches && Meets(now, matches)))
        {
            return true;
        }

        Move(now, next, _starts[(int)before]);
        Jump(now, next);
        return Keep(next, _sets.AsSpan(ClassOf[value] * _words, _words));
    }

    // To the next position, and to itself.
    private void Move(ReadOnlySpan<ulong> now, Span<ulong> next, ReadOnlySpan<ulong> start)
    {
        ReadOnlySpan<ulong> toNext = _toNext;
        ReadOnlySpan<ulong> toItself = _toItself;
        now = now[..next.Length];
        toNext = toNext[..next.Length];
        toItself = toItself[..next.Length];
        start = start[..next.Length];
        next[0] = ((now[0] & toNext[0]) << 1) | (now[0] & toItself[0]) | start[0];
        var i = 1;
        for (; i <= next.Length - Vector256<ulong>.Count; i += Vector256<ulong>.Count)
        {
            var here = Vector256.Create(now[i..]);
            var below = Vector256.Create(now[(i - 1)..]) & Vector256.Create(toNext[(i - 1)..]);
            var moved = ((here & Vector256.Create(toNext[i..])) << 1) | (below >>> 63);
            (moved | (here & Vector256.Create(toItself[i..])) | Vector256.Create(start[i..])).CopyTo(next[i..]);
        }

        for (; i < next.Length; i++)
        {
            next[i] = ((now[i] & toNext[i]) << 1) | ((now[i - 1] & toNext[i - 1]) >> 63) | (now[i] & toItself[i]) | start[i];
        }
    }

    // To others.
    private void Jump(ReadOnlySpan<ulong> now, Span<ulong> next)
    {
        ReadOnlySpan<ulong> groups = _groups;
        while (!groups.IsEmpty)
        {
            var (from, count, to, follows) = ((int)groups[0], (int)groups[1], (int)groups[2], (int)groups[3]);
            groups = groups[4..];
            var positions = now.Slice(from, count);
            ulong both = 0;
            for (var i = 0; i < positions.Length; i++)
            {
                both |= positions[i] & groups[i];
            }

            groups = groups[count..];
            if (both != 0)
            {
                var targets = next.Slice(to, follows);
                for (var i = 0; i < targets.Length; i++)
                {
                    targets[i] |= groups[i];
                }
            }

            groups = groups[follows..];
        }
    }

    // Those that take the byte; true when it has matched.
    private bool Keep(Span<ulong> next, ReadOnlySpan<ulong> set)
    {
        ReadOnlySpan<ulong> matches = _matchesNow;
        set = set[..next.Length];
        matches = matches[..next.Length];
        var (i, found, founds) = (0, 0UL, Vector256<ulong>.Zero);
        for (; i <= next.Length - Vector256<ulong>.Count; i += Vector256<ulong>.Count)
        {
            var kept = Vector256.Create<ulong>(next[i..]) & Vector256.Create(set[i..]);
            kept.CopyTo(next[i..]);
            founds |= kept & Vector256.Create(matches[i..]);
        }

        for (; i < next.Length; i++)
        {
            next[i] &= set[i];
            found |= next[i] & matches[i];
        }

        return found != 0 || founds != Vector256<ulong>.Zero;
    }

    private static bool Meets(ReadOnlySpan<ulong> positions, ulong[] others)
    {
        ulong both = 0;
        for (var i = 0; i < others.Length; i++)
        {
            both |= positions[i] & others[i];
        }

        return both != 0;
    }

    private static ulong[] Bits(RegexAutomaton automaton, Func<RegexAutomaton.Next, bool> has)
    {
        var bits = new ulong[automaton.Words];
        for (var i = 0; i < automaton.Follows.Length; i++)
        {
            bits[i >> 6] |= has(automaton.Follows[i]) ? 1UL << i : 0;
        }

        return bits;
    }

    private static (ulong[] ToNext, ulong[] ToItself, Group[] Groups) Edges(RegexAutomaton automaton)
    {
        var (toNext, toItself) = (new ulong[automaton.Words], new ulong[automaton.Words]);
        var rests = new ulong[automaton.Follows.Length][];
        for (var i = 0; i < rests.Length; i++)
        {
            var follows = automaton.Follows[i].Positions;
            rests[i] = (ulong[])follows.Clone();
            Move(i, toItself, i);
            Move(i + 1, toNext, i);

            void Move(int to, ulong[] moves, int from)
            {
                if (to < rests.Length && Has(follows, to))
                {
                    rests[from][to >> 6] &= ~(1UL << to);
                    moves[from >> 6] |= 1UL << from;
                }
            }
        }

        return (toNext, toItself, Groups(automaton, rests));
    }

    // Positions are together that have all in common (the ends of alternatives in a loop), or all but the next and itself (the optional ones of
    // a repetition): whichever more have.
    private static Group[] Groups(RegexAutomaton automaton, ulong[][] rests)
    {
        var others = Enumerable.Range(0, rests.Length).Where(i => rests[i].Any(word => word != 0)).ToList();
        var keys = others.ToDictionary(i => i, i => (All: Key(automaton.Follows[i].Positions), Others: Key(rests[i])));
        var counts = new Dictionary<string, int>();
        foreach (var (all, rest) in keys.Values)
        {
            counts[all] = counts.GetValueOrDefault(all) + 1;
            counts[rest] = counts.GetValueOrDefault(rest) + (rest == all ? 0 : 1);
        }

        return
        [
            .. others
                .GroupBy(i => counts[keys[i].All] > counts[keys[i].Others] ? keys[i].All : keys[i].Others)
                .Select(group => Trimmed(Bits(group, rests[0].Length), [.. MemoryMarshal.Cast<char, ulong>(group.Key)])),
        ];
    }

    private static string Key(ulong[] bits) => new(MemoryMarshal.Cast<ulong, char>(bits));

    private static ulong[] Bits(IEnumerable<int> positions, int words)
    {
        var bits = new ulong[words];
        foreach (var position in positions)
        {
            bits[position >> 6] |= 1UL << position;
        }

        return bits;
    }

    private static Group Trimmed(ulong[] of, ulong[] follows)
    {
        var (from, to) = (FirstWord(of), FirstWord(follows));
        return new Group(from, of[from..(LastWord(of) + 1)], to, follows[to..(LastWord(follows) + 1)]);
    }

    private static int FirstWord(ulong[] words) => Array.FindIndex(words, word => word != 0);

    private static int LastWord(ulong[] words) => Array.FindLastIndex(words, word => word != 0);

    private static bool Has(ulong[] bits, int at) => ((bits[at >> 6] >> at) & 1) != 0;

    private static (byte[] ClassOf, int Classes, ulong[] Sets) Sets(RegexAutomaton automaton)
    {
        var classOf = new byte[256];
        var classes = new Dictionary<(string Column, Beside Kind), int>();
        var sets = new List<ulong>();
        for (var value = 0; value < 256; value++)
        {
            var column = new ulong[automaton.Words];
            for (var i = 0; i < automaton.Positions.Count; i++)
            {
                column[i >> 6] |= automaton.Positions[i].Set.Contains(value) ? 1UL << i : 0;
            }

            var key = (new string(MemoryMarshal.Cast<ulong, char>(column)), automaton.KindOf(value));
            if (!classes.TryGetValue(key, out var number))
            {
                number = classes.Count;
                classes.Add(key, number);
                sets.AddRange(column);
            }

            classOf[value] = (byte)number;
        }

        return (classOf, classes.Count, [.. sets]);
    }
}
