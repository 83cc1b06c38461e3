using Holdfast.Rules.Evaluation;
using Bytes = System.ReadOnlySpan<byte>;

namespace Holdfast.Rules.Functions;

/// <summary>
/// <c>split()</c>: pieces as they are asked for, found again from the input, which is read once for each piece; there are 128 at most.
/// </summary>
internal sealed class SplitNode(ValueNode<Bytes> source, byte[] separator, int limit) : ArrayNode<Bytes>
{
    // How far the input was taken, and how many pieces that were.
    public override int Cursors => 2;

    public override Presence Start(RuleEvaluation evaluation, scoped Span<int> cursors)
    {
        cursors[..2].Clear();
        return source.Read(evaluation, out _);
    }

    public override bool Next(RuleEvaluation evaluation, scoped Span<int> cursors, out Presence presence, out Bytes item)
    {
        item = default;
        presence = source.Read(evaluation, out var input);
        if (presence != Presence.Known || cursors[0] < 0)
        {
            return presence == Presence.Unknown && cursors[0] >= 0 && End(cursors);
        }

        var rest = input[cursors[0]..];
        var length = ++cursors[1] == limit ? -1 : rest.IndexOf(separator);
        item = length < 0 ? rest : rest[..length];
        cursors[0] = length < 0 ? -1 : cursors[0] + length + separator.Length;
        return true;
    }

    // What could not be computed again is one unknown piece, the last.
    private static bool End(scoped Span<int> cursors)
    {
        cursors[0] = -1;
        return true;
    }
}

/// <summary><c>concat()</c> of arrays. A missing one has nothing to add.</summary>
internal sealed class JoinedArrayNode<T>(ArrayNode<T>[] arrays) : ArrayNode<T>
    where T : allows ref struct
{
    // Which of them, and then the cursors of that one.
    public override int Cursors { get; } = 1 + arrays.Max(array => array.Cursors);

    public override Presence Start(RuleEvaluation evaluation, scoped Span<int> cursors)
    {
        foreach (var array in arrays)
        {
            if (array.Start(evaluation, cursors[1..]) == Presence.Unknown)
            {
                return Presence.Unknown;
            }
        }

        cursors[0] = -1;
        return Presence.Known;
    }

    public override bool Next(RuleEvaluation evaluation, scoped Span<int> cursors, out Presence presence, out T item)
    {
        while (true)
        {
            if (cursors[0] >= 0 && arrays[cursors[0]].Next(evaluation, cursors[1..], out presence, out item))
            {
                return true;
            }

            do
            {
                if (++cursors[0] == arrays.Length)
                {
                    cursors[0]--;
                    presence = Presence.Missing;
                    item = default!;
                    return false;
                }
            } while (arrays[cursors[0]].Start(evaluation, cursors[1..]) != Presence.Known);
        }
    }
}

/// <summary><c>len()</c> of an array: its elements that are there.</summary>
internal sealed class CountNode<T>(ArrayNode<T> array) : ValueNode<long>
    where T : allows ref struct
{
    public override Presence Read(RuleEvaluation evaluation, out long value)
    {
        value = 0;
        Span<int> cursors = stackalloc int[array.Cursors];
        var presence = array.Start(evaluation, cursors);
        var mark = evaluation.Mark();
        while (presence == Presence.Known && array.Next(evaluation, cursors, out var itemPresence, out _))
        {
            evaluation.Release(mark);
            if (itemPresence == Presence.Unknown)
            {
                return Presence.Unknown;
            }

            value += itemPresence == Presence.Known ? 1 : 0;
        }

        return presence;
    }
}

/// <summary><c>join()</c></summary>
internal sealed class JoinNode(ArrayNode<Bytes> array, ValueNode<Bytes> separator) : ValueNode<Bytes>
{
    public override Presence Read(RuleEvaluation evaluation, out Bytes value)
    {
        value = default;
        Span<int> cursors = stackalloc int[array.Cursors];
        var start = array.Start(evaluation, cursors);
        var between = separator.Read(evaluation, out var between1);
        if (start != Presence.Known || between != Presence.Known)
        {
            return start == Presence.Unknown || between == Presence.Unknown ? Presence.Unknown : Presence.Missing;
        }

        var writer = new ByteWriter(evaluation);
        var isFirst = true;
        while (array.Next(evaluation, cursors, out var presence, out var item))
        {
            if (presence == Presence.Missing)
            {
                continue;
            }

            if (presence == Presence.Unknown || (!isFirst && !writer.TryAppend(between1)) || !writer.TryAppend(item))
            {
                return Presence.Unknown;
            }

            isFirst = false;
        }

        value = writer.Written;
        return Presence.Known;
    }
}
