namespace Holdfast.Rules.Patterns;

/// <summary>What stands beside a place in a text, as far as assertions can see it.</summary>
internal enum Beside
{
    /// <summary>Nothing: the text begins or ends.</summary>
    Edge,

    /// <summary>An ASCII word byte.</summary>
    Word,

    /// <summary>A line feed.</summary>
    Feed,

    /// <summary>Another byte; any byte, in an expression that does not look.</summary>
    Other,
}

/// <summary>
/// The positions of a regular expression, and which of them can follow which (Glushkov's construction). Assertions are gone: where the
/// answer to one depends on a byte, the position of that byte is there once for each kind of byte.
/// </summary>
internal sealed class RegexAutomaton
{
    private static readonly Beside[] Bytes = [Beside.Word, Beside.Feed, Beside.Other];

    private readonly RegexProgram _program;
    private readonly List<Position> _positions = [];
    private readonly Dictionary<int, List<int>> _positionsOf = [];
    private readonly int[] _seen;
    private readonly Stack<int> _open = new();
    private int _walk;

    public RegexAutomaton(RegexNode root)
    {
        _program = new RegexProgram(root);
        _seen = new int[2 * _program.States.Count];
        LooksBeside = _program.States.Any(state =>
            state.Step == RegexStep.Place && state.Place is not (RegexPlace.TextStart or RegexPlace.TextEnd)
        );
        Place();
        Words = Math.Max(1, (_positions.Count + 63) / 64);
        Kinds = LooksBeside ? Bytes : [Beside.Other];
        Follows = [.. _positions.Select(position => Follow(_program.States[position.State].Next, position.Kind ?? Beside.Other))];
        Starts = [.. Enum.GetValues<Beside>().Select(before => Follow(_program.Start, before))];
    }

    /// <summary>One position.</summary>
    /// <param name="State">The state that takes the byte.</param>
    /// <param name="Set">The bytes.</param>
    /// <param name="Kind">What kind they are of; null when nothing depends on it.</param>
    public readonly record struct Position(int State, ByteSet Set, Beside? Kind);

    /// <summary>What can come after a position, or first.</summary>
    /// <param name="Positions">The positions, as bits.</param>
    /// <param name="Matches">Whether it has matched, by what comes next.</param>
    public readonly record struct Next(ulong[] Positions, bool[] Matches)
    {
        /// <summary>Whether it has matched whatever comes next.</summary>
        public bool MatchesAnyway => Matches.All(matches => matches);
    }

    /// <summary>The positions, in their order in the expression.</summary>
    public IReadOnlyList<Position> Positions => _positions;

    /// <summary>Words of 64 bits that hold a set of positions.</summary>
    public int Words { get; }

    /// <summary>Whether assertions look at bytes.</summary>
    public bool LooksBeside { get; }

    /// <summary>The kinds of bytes that are told apart.</summary>
    public Beside[] Kinds { get; }

    /// <summary>What can come after each position.</summary>
    public Next[] Follows { get; }

    /// <summary>What can come first, by what stands before it.</summary>
    public Next[] Starts { get; }

    /// <summary>The kind of a byte.</summary>
    public Beside KindOf(int value) =>
        !LooksBeside ? Beside.Other
        : value == '\n' ? Beside.Feed
        : value < 128 && (char.IsAsciiLetterOrDigit((char)value) || value == '_') ? Beside.Word
        : Beside.Other;

    private void Place()
    {
        var split = Sensitive();
        for (var state = _program.States.Count - 1; state > 0; state--)
        {
            if (_program.States[state].Step != RegexStep.Byte)
            {
                continue;
            }

            var set = _program.States[state].Set;
            _positionsOf[state] = [];
            foreach (var kind in split.Contains(state) ? Bytes : [])
            {
                var part = Of(set, kind);
                if (!part.IsEmpty)
                {
                    Add(new Position(state, part, kind));
                }
            }

            if (!split.Contains(state))
            {
                Add(new Position(state, set, null));
            }
        }
    }

    private void Add(Position position)
    {
        _positionsOf[position.State].Add(_positions.Count);
        _positions.Add(position);
    }

    private ByteSet Of(ByteSet set, Beside kind)
    {
        var part = default(ByteSet);
        for (var value = 0; value < 256; value++)
        {
            part = set.Contains(value) && KindOf(value) == kind ? part.Or(ByteSet.Range(value, value)) : part;
        }

        return part;
    }

    // States whose byte an assertion looks at, before or behind it.
    private HashSet<int> Sensitive()
    {
        var sensitive = new HashSet<int>();
        for (var source = _program.States.Count; LooksBeside && source > 0; source--)
        {
            // After the last state, where the text begins.
            var isStart = source == _program.States.Count;
            if (isStart || _program.States[source].Step == RegexStep.Byte)
            {
                Look(source, isStart ? _program.Start : _program.States[source].Next, sensitive);
            }
        }

        return sensitive;
    }

    // Each state is met at most twice: before an assertion that looks, and behind one.
    private void Look(int source, int from, HashSet<int> sensitive)
    {
        var count = _program.States.Count;
        _walk++;
        _open.Push(from);
        while (_open.TryPop(out var at))
        {
            if (_seen[at] == _walk)
            {
                continue;
            }

            _seen[at] = _walk;
            var behind = at >= count ? count : 0;
            var state = _program.States[at - behind];
            switch (state.Step)
            {
                case RegexStep.Byte when behind > 0:
                    sensitive.Add(at - behind);
                    break;
                case RegexStep.Split:
                    _open.Push(state.Next + behind);
                    _open.Push(state.Other + behind);
                    break;
                case RegexStep.Place when state.Place is RegexPlace.TextStart or RegexPlace.TextEnd:
                    _open.Push(state.Next + behind);
                    break;
                case RegexStep.Place:
                    sensitive.Add(source);
                    _open.Push(state.Next + count);
                    break;
            }
        }
    }

    private Next Follow(int from, Beside before)
    {
        var next = new Next(new ulong[Words], new bool[4]);
        foreach (var kind in Kinds)
        {
            next.Matches[(int)kind] = Walk(from, before, kind, next.Positions);
        }

        next.Matches[(int)Beside.Edge] = Walk(from, before, Beside.Edge, null);
        if (!LooksBeside)
        {
            next.Matches[(int)Beside.Word] = next.Matches[(int)Beside.Feed] = next.Matches[(int)Beside.Other];
        }

        return next;
    }

    // Goes on without taking a byte; true when that matches.
    private bool Walk(int from, Beside before, Beside behind, ulong[]? positions)
    {
        var matches = false;
        _walk++;
        _open.Push(from);
        while (_open.TryPop(out var at))
        {
            if (_seen[at] == _walk)
            {
                continue;
            }

            _seen[at] = _walk;
            var state = _program.States[at];
            switch (state.Step)
            {
                case RegexStep.Match:
                    matches = true;
                    break;
                case RegexStep.Split:
                    _open.Push(state.Next);
                    _open.Push(state.Other);
                    break;
                case RegexStep.Place when Holds(state.Place, before, behind):
                    _open.Push(state.Next);
                    break;
                case RegexStep.Byte when positions is not null:
                    foreach (var position in _positionsOf[at])
                    {
                        if (_positions[position].Kind is null || _positions[position].Kind == behind)
                        {
                            positions[position >> 6] |= 1UL << position;
                        }
                    }

                    break;
            }
        }

        return matches;
    }

    private static bool Holds(RegexPlace place, Beside before, Beside behind) =>
        place switch
        {
            RegexPlace.TextStart => before == Beside.Edge,
            RegexPlace.TextEnd => behind == Beside.Edge,
            RegexPlace.LineStart => before is Beside.Edge or Beside.Feed,
            RegexPlace.LineEnd => behind is Beside.Edge or Beside.Feed,
            RegexPlace.WordBoundary => (before == Beside.Word) != (behind == Beside.Word),
            _ => (before == Beside.Word) == (behind == Beside.Word),
        };
}
