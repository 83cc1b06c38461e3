using System.Collections.Immutable;

namespace Holdfast.Rules.Patterns;

/// <summary>What a state of a <see cref="RegexProgram"/> does.</summary>
internal enum RegexStep
{
    /// <summary>Takes a byte of a set.</summary>
    Byte,

    /// <summary>Goes on at two places.</summary>
    Split,

    /// <summary>Goes on where an assertion holds.</summary>
    Place,

    /// <summary>Has matched.</summary>
    Match,
}

/// <summary>
/// A regular expression with its repetitions written out, as states that lead to each other (Thompson's construction): whether it matches
/// is kept, what its groups capture is not.
/// </summary>
internal sealed class RegexProgram
{
    private readonly List<State> _states = [new(RegexStep.Match, -1, -1, default, default)];

    /// <param name="root">Of at most <see cref="RuleLimits.RegexPositions"/>.</param>
    public RegexProgram(RegexNode root) => Start = Write(root, 0);

    /// <summary>One state.</summary>
    /// <param name="Step">What it does.</param>
    /// <param name="Next">Where it goes on.</param>
    /// <param name="Other">Where it goes on as well, for a split.</param>
    /// <param name="Set">The bytes that it takes.</param>
    /// <param name="Place">The assertion.</param>
    public readonly record struct State(RegexStep Step, int Next, int Other, ByteSet Set, RegexPlace Place);

    /// <summary>The states; the last that were written stand first in the expression.</summary>
    public IReadOnlyList<State> States => _states;

    /// <summary>Where it begins.</summary>
    public int Start { get; }

    // What leads on to a state that is there already; the first state of it comes back.
    private int Write(RegexNode node, int next)
    {
        // What can take nothing says nothing, however it is repeated.
        if (node.Positions == 0)
        {
            return next;
        }

        return node switch
        {
            ByteNode bytes => Add(new State(RegexStep.Byte, next, -1, bytes.Set, default)),
            PlaceNode place => Add(new State(RegexStep.Place, next, -1, default, place.Place)),
            CaptureNode capture => Write(capture.Of, next),
            SequenceNode sequence => sequence.Items.Reverse().Aggregate(next, (after, item) => Write(item, after)),
            ChoiceNode choice => Write(choice.Items, next),
            RepeatNode repeat => Write(repeat, next),
            _ => next,
        };
    }

    private int Write(ImmutableArray<RegexNode> choices, int next)
    {
        var entry = choices.Any(item => item.Positions == 0) ? next : -1;
        foreach (var item in choices.Reverse().Where(item => item.Positions > 0))
        {
            var first = Write(item, next);
            entry = entry < 0 ? first : Add(new State(RegexStep.Split, first, entry, default, default));
        }

        return entry;
    }

    private int Write(RepeatNode repeat, int next)
    {
        if (repeat.Of.Positions == 0)
        {
            return next;
        }

        var (entry, copies) = (next, repeat.Least);
        if (repeat.Most is { } most)
        {
            // x{0,2} is (x(x)?)?: each that is left out leads to the same place.
            for (var i = repeat.Least; i < most; i++)
            {
                entry = Add(new State(RegexStep.Split, Write(repeat.Of, entry), next, default, default));
            }
        }
        else
        {
            var loop = Add(new State(RegexStep.Split, -1, next, default, default));
            var body = Write(repeat.Of, loop);
            _states[loop] = _states[loop] with { Next = body };
            (entry, copies) = repeat.Least > 0 ? (body, repeat.Least - 1) : (loop, 0);
        }

        for (var i = 0; i < copies; i++)
        {
            entry = Write(repeat.Of, entry);
        }

        return entry;
    }

    private int Add(State state)
    {
        _states.Add(state);
        return _states.Count - 1;
    }
}
