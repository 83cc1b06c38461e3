using System.Collections.Immutable;

namespace Holdfast.Rules.Patterns;

/// <summary>Writes a set of characters as what their UTF-8 looks like: choices of sequences of sets of bytes.</summary>
internal static class Utf8Sequences
{
    // The last character of one, two, three and four bytes.
    private static readonly int[] LastOfLength = [0x7F, 0x7FF, 0xFFFF, 0x10FFFF];

    /// <summary>The node that matches exactly the UTF-8 of the set's characters.</summary>
    public static RegexNode Of(CharacterSet set)
    {
        var ascii = default(ByteSet);
        var sequences = new List<(int First, int Last)[]>();
        foreach (var (first, last) in set.Ranges)
        {
            if (first <= 0x7F)
            {
                ascii = ascii.Or(ByteSet.Range(first, Math.Min(last, 0x7F)));
            }

            if (last > 0x7F)
            {
                Split(Math.Max(first, 0x80), last, sequences);
            }
        }

        var choices = Grouped(sequences);
        if (!ascii.IsEmpty || choices.Count == 0)
        {
            choices.Insert(0, new ByteNode(ascii));
        }

        return choices.Count == 1 ? choices[0] : new ChoiceNode([.. choices]);
    }

    // Splits until every byte runs through a range of its own, whatever the others are.
    private static void Split(int first, int last, List<(int First, int Last)[]> sequences)
    {
        foreach (var limit in LastOfLength)
        {
            if (first <= limit && limit < last)
            {
                Split(first, limit, sequences);
                Split(limit + 1, last, sequences);
                return;
            }
        }

        var length = 1 + Array.FindIndex(LastOfLength, limit => last <= limit);
        for (var i = 1; i < length; i++)
        {
            var mask = (1 << (6 * i)) - 1;
            if ((first & ~mask) == (last & ~mask))
            {
                continue;
            }

            if ((first & mask) != 0)
            {
                Split(first, first | mask, sequences);
                Split((first | mask) + 1, last, sequences);
                return;
            }

            if ((last & mask) != mask)
            {
                Split(first, (last & ~mask) - 1, sequences);
                Split(last & ~mask, last, sequences);
                return;
            }
        }

        var sequence = new (int, int)[length];
        for (var i = 0; i < length; i++)
        {
            sequence[i] = (ByteAt(first, i, length), ByteAt(last, i, length));
        }

        sequences.Add(sequence);
    }

    private static int ByteAt(int character, int index, int length) =>
        index == 0
            ? (character >> (6 * (length - 1))) | (length == 1 ? 0 : (0xF00 >> length) & 0xFF)
            : 0x80 | ((character >> (6 * (length - 1 - index))) & 0x3F);

    // Neighbours that begin with the same bytes share them; then those that go on alike share their beginnings.
    private static List<RegexNode> Grouped(IEnumerable<(int First, int Last)[]> sequences)
    {
        var heads = new List<(ByteSet Head, RegexNode? Tail)>();
        foreach (var group in sequences.GroupBy(sequence => sequence[0]))
        {
            var rests = group.Select(sequence => sequence[1..]).ToList();
            var rest = rests[0].Length == 0 ? null : Choice(Grouped(rests));
            var head = ByteSet.Range(group.Key.First, group.Key.Last);
            if (heads.Count > 0 && Same(heads[^1].Tail, rest))
            {
                heads[^1] = (heads[^1].Head.Or(head), rest);
            }
            else
            {
                heads.Add((head, rest));
            }
        }

        return
        [
            .. heads.Select(entry =>
                entry.Tail switch
                {
                    null => (RegexNode)new ByteNode(entry.Head),
                    SequenceNode rest => new SequenceNode(rest.Items.Insert(0, new ByteNode(entry.Head))),
                    var rest => new SequenceNode([new ByteNode(entry.Head), rest]),
                }
            ),
        ];
    }

    private static RegexNode Choice(List<RegexNode> choices) => choices.Count == 1 ? choices[0] : new ChoiceNode([.. choices]);

    private static bool Same(RegexNode? one, RegexNode? other) =>
        (one, other) switch
        {
            (null, null) => true,
            (ByteNode a, ByteNode b) => a == b,
            (SequenceNode a, SequenceNode b) => SameItems(a.Items, b.Items),
            (ChoiceNode a, ChoiceNode b) => SameItems(a.Items, b.Items),
            _ => false,
        };

    private static bool SameItems(ImmutableArray<RegexNode> one, ImmutableArray<RegexNode> other) =>
        one.Length == other.Length && one.Zip(other).All(pair => Same(pair.First, pair.Second));
}
