using Bytes = System.ReadOnlySpan<byte>;

namespace Holdfast.Rules.Evaluation;

/// <summary>An answer that is always the same.</summary>
internal sealed class ConstantTruthNode(Truth truth) : TruthNode
{
    public override Truth Evaluate(RuleEvaluation evaluation) => truth;
}

/// <summary>A test of a value: false when it is missing, unknown when it is unknown.</summary>
internal sealed class TestNode<T>(ValueNode<T> source, Test<T> test) : TruthNode
    where T : allows ref struct
{
    public override Truth Evaluate(RuleEvaluation evaluation) =>
        source.Read(evaluation, out var value) switch
        {
            Presence.Known => test.Of(evaluation, value),
            Presence.Missing => Truth.False,
            _ => Truth.Unknown,
        };
}

/// <summary>The same for a field that is a string, which most tests are about: one call less.</summary>
internal sealed class FieldTestNode(Fields.Signal signal, Test<Bytes> test) : TruthNode
{
    public override Truth Evaluate(RuleEvaluation evaluation) =>
        evaluation.Signals.Text(signal, out var value) switch
        {
            Presence.Known => test.Of(evaluation, value),
            Presence.Missing => Truth.False,
            _ => Truth.Unknown,
        };
}

/// <summary>not</summary>
internal sealed class NotNode(TruthNode of) : TruthNode
{
    public override Truth Evaluate(RuleEvaluation evaluation) => Truths.Not(of.Evaluate(evaluation));
}

/// <summary>and: stops at the first that is false.</summary>
internal sealed class AndNode(TruthNode[] items) : TruthNode
{
    /// <summary>What has to be true.</summary>
    public TruthNode[] Items => items;

    public override Truth Evaluate(RuleEvaluation evaluation)
    {
        var result = Truth.True;
        foreach (var item in items)
        {
            var truth = item.Evaluate(evaluation);
            if (truth == Truth.False)
            {
                return Truth.False;
            }

            result = truth == Truth.Unknown ? Truth.Unknown : result;
        }

        return result;
    }
}

/// <summary>or: stops at the first that is true.</summary>
internal sealed class OrNode(TruthNode[] items) : TruthNode
{
    public override Truth Evaluate(RuleEvaluation evaluation)
    {
        var result = Truth.False;
        foreach (var item in items)
        {
            var truth = item.Evaluate(evaluation);
            if (truth == Truth.True)
            {
                return Truth.True;
            }

            result = truth == Truth.Unknown ? Truth.Unknown : result;
        }

        return result;
    }
}

/// <summary>or, of items that are mostly and, which is what rules are made of: without a call for each of these.</summary>
internal sealed class AlternativesNode(TruthNode[][] alternatives) : TruthNode
{
    public override Truth Evaluate(RuleEvaluation evaluation)
    {
        var result = Truth.False;
        foreach (var items in alternatives)
        {
            var all = Truth.True;
            foreach (var item in items)
            {
                var truth = item.Evaluate(evaluation);
                if (truth == Truth.False)
                {
                    all = Truth.False;
                    break;
                }

                all = truth == Truth.Unknown ? Truth.Unknown : all;
            }

            if (all == Truth.True)
            {
                return Truth.True;
            }

            result = all == Truth.Unknown ? Truth.Unknown : result;
        }

        return result;
    }
}

/// <summary>xor</summary>
internal sealed class XorNode(TruthNode[] items) : TruthNode
{
    public override Truth Evaluate(RuleEvaluation evaluation)
    {
        var result = Truth.False;
        foreach (var item in items)
        {
            result = Truths.Xor(result, item.Evaluate(evaluation));
        }

        return result;
    }
}

/// <summary><c>any()</c> and <c>all()</c>: of no elements false, and true.</summary>
internal sealed class QuantifierNode(ArrayNode<Truth> answers, bool isAll) : TruthNode
{
    public override Truth Evaluate(RuleEvaluation evaluation)
    {
        Span<int> cursors = stackalloc int[answers.Cursors];
        var decides = isAll ? Truth.False : Truth.True;
        var result = Truths.Not(decides);
        switch (answers.Start(evaluation, cursors))
        {
            case Presence.Unknown:
                return Truth.Unknown;
            case Presence.Missing:
                return result;
        }

        // What an element needed is given back before the next: an array may be long.
        var mark = evaluation.Mark();
        while (answers.Next(evaluation, cursors, out _, out var answer))
        {
            evaluation.Checkpoint?.Pass();
            evaluation.Release(mark);
            if (answer == decides)
            {
                return decides;
            }

            result = answer == Truth.Unknown ? Truth.Unknown : result;
        }

        return result;
    }
}

/// <summary>A test of each element. Over a missing array it is an array of nothing.</summary>
internal sealed class TestArrayNode<T>(ArrayNode<T> source, Test<T> test) : ArrayNode<Truth>
    where T : allows ref struct
{
    public override int Cursors => source.Cursors;

    public override Presence Start(RuleEvaluation evaluation, scoped Span<int> cursors) => source.Start(evaluation, cursors);

    public override bool Next(RuleEvaluation evaluation, scoped Span<int> cursors, out Presence presence, out Truth item)
    {
        var found = source.Next(evaluation, cursors, out var itemPresence, out var value);
        presence = Presence.Known;
        item = itemPresence switch
        {
            Presence.Known when found => test.Of(evaluation, value),
            Presence.Unknown => Truth.Unknown,
            _ => Truth.False,
        };
        return found;
    }
}

/// <summary>not, for each element.</summary>
internal sealed class NotArrayNode(ArrayNode<Truth> of) : ArrayNode<Truth>
{
    public override int Cursors => of.Cursors;

    public override Presence Start(RuleEvaluation evaluation, scoped Span<int> cursors) => of.Start(evaluation, cursors);

    public override bool Next(RuleEvaluation evaluation, scoped Span<int> cursors, out Presence presence, out Truth item)
    {
        var found = of.Next(evaluation, cursors, out presence, out item);
        item = Truths.Not(item);
        return found;
    }
}

/// <summary>
/// and, or, xor for each element, up to the end of the shortest. One that is missing as a whole has no elements, so there are none; one that
/// is unknown as a whole makes all of it unknown.
/// </summary>
internal sealed class CombinedArrayNode(ArrayNode<Truth>[] items, Func<Truth, Truth, Truth> combine) : ArrayNode<Truth>
{
    public override int Cursors { get; } = items.Sum(item => item.Cursors);

    public override Presence Start(RuleEvaluation evaluation, scoped Span<int> cursors)
    {
        var result = Presence.Known;
        foreach (var item in items)
        {
            var presence = item.Start(evaluation, cursors[..item.Cursors]);
            cursors = cursors[item.Cursors..];
            result =
                presence == Presence.Unknown || result == Presence.Unknown ? Presence.Unknown
                : presence == Presence.Missing ? Presence.Missing
                : result;
        }

        return result;
    }

    public override bool Next(RuleEvaluation evaluation, scoped Span<int> cursors, out Presence presence, out Truth item)
    {
        presence = Presence.Known;
        item = default;
        for (var i = 0; i < items.Length; i++)
        {
            if (!items[i].Next(evaluation, cursors[..items[i].Cursors], out _, out var answer))
            {
                return false;
            }

            cursors = cursors[items[i].Cursors..];
            item = i == 0 ? answer : combine(item, answer);
        }

        return true;
    }
}
