namespace Holdfast.Rules.Evaluation;

/// <summary>Something compiled that has one value. Nodes are immutable, and may be run by any number of threads.</summary>
internal abstract class ValueNode<T>
    where T : allows ref struct
{
    /// <summary>Reads or computes the value.</summary>
    public abstract Presence Read(RuleEvaluation evaluation, out T value);
}

/// <summary>Something compiled that has one value for each element. Where it stands is kept in the caller's cursors.</summary>
internal abstract class ArrayNode<T>
    where T : allows ref struct
{
    /// <summary>How many cursors it needs.</summary>
    public abstract int Cursors { get; }

    /// <summary>Sets the cursors before the first element.</summary>
    /// <returns>Whether the array as a whole is there.</returns>
    public abstract Presence Start(RuleEvaluation evaluation, scoped Span<int> cursors);

    /// <summary>Goes on to the next element; after <see cref="Start"/> said that the array is there.</summary>
    public abstract bool Next(RuleEvaluation evaluation, scoped Span<int> cursors, out Presence presence, out T item);
}

/// <summary>Something compiled that is true, false or unknown.</summary>
internal abstract class TruthNode
{
    /// <summary>Finds out.</summary>
    public abstract Truth Evaluate(RuleEvaluation evaluation);
}

/// <summary>What a comparison or a function asks of a value that is there.</summary>
internal abstract class Test<T>
    where T : allows ref struct
{
    /// <summary>Asks.</summary>
    public abstract Truth Of(RuleEvaluation evaluation, T value);
}

/// <summary>What a function makes of its first argument.</summary>
internal abstract class Function<TIn, TOut>
    where TIn : allows ref struct
    where TOut : allows ref struct
{
    /// <summary>Whether a missing argument is taken for an empty one; it makes the result missing otherwise.</summary>
    public virtual bool TakesMissing => false;

    /// <summary>Makes it.</summary>
    public abstract Presence Of(RuleEvaluation evaluation, TIn input, out TOut output);
}

/// <summary>A function's result.</summary>
internal sealed class ApplyNode<TIn, TOut>(ValueNode<TIn> source, Function<TIn, TOut> function) : ValueNode<TOut>
    where TIn : allows ref struct
    where TOut : allows ref struct
{
    public override Presence Read(RuleEvaluation evaluation, out TOut value)
    {
        var presence = source.Read(evaluation, out var input);
        if (presence == Presence.Known || (presence == Presence.Missing && function.TakesMissing))
        {
            return function.Of(evaluation, input, out value);
        }

        value = default!;
        return presence;
    }
}

/// <summary>A function's results for each element.</summary>
internal sealed class MapNode<TIn, TOut>(ArrayNode<TIn> source, Function<TIn, TOut> function) : ArrayNode<TOut>
    where TIn : allows ref struct
    where TOut : allows ref struct
{
    public override int Cursors => source.Cursors;

    public override Presence Start(RuleEvaluation evaluation, scoped Span<int> cursors) => source.Start(evaluation, cursors);

    public override bool Next(RuleEvaluation evaluation, scoped Span<int> cursors, out Presence presence, out TOut item)
    {
        item = default!;
        if (!source.Next(evaluation, cursors, out presence, out var input))
        {
            return false;
        }

        if (presence == Presence.Known || (presence == Presence.Missing && function.TakesMissing))
        {
            presence = function.Of(evaluation, input, out item);
        }

        return true;
    }
}

/// <summary>One element of an array.</summary>
internal sealed class ElementNode<T>(ArrayNode<T> array, int position) : ValueNode<T>
    where T : allows ref struct
{
    public override Presence Read(RuleEvaluation evaluation, out T value)
    {
        value = default!;
        Span<int> cursors = stackalloc int[array.Cursors];
        var presence = array.Start(evaluation, cursors);
        for (var i = 0; presence == Presence.Known; i++)
        {
            if (!array.Next(evaluation, cursors, out var itemPresence, out value))
            {
                return Presence.Missing;
            }

            if (i == position)
            {
                return itemPresence;
            }
        }

        return presence;
    }
}

/// <summary>A literal.</summary>
internal sealed class ConstantNode<T>(T constant) : ValueNode<T>
{
    public override Presence Read(RuleEvaluation evaluation, out T value)
    {
        value = constant;
        return Presence.Known;
    }
}

/// <summary>A value that nobody here knows.</summary>
internal sealed class UnknownNode<T> : ValueNode<T>
    where T : allows ref struct
{
    public override Presence Read(RuleEvaluation evaluation, out T value)
    {
        value = default!;
        return Presence.Unknown;
    }
}

/// <summary>An array that nobody here knows.</summary>
internal sealed class UnknownArrayNode<T> : ArrayNode<T>
    where T : allows ref struct
{
    public override int Cursors => 0;

    public override Presence Start(RuleEvaluation evaluation, scoped Span<int> cursors) => Presence.Unknown;

    public override bool Next(RuleEvaluation evaluation, scoped Span<int> cursors, out Presence presence, out T item)
    {
        presence = Presence.Unknown;
        item = default!;
        return false;
    }
}
