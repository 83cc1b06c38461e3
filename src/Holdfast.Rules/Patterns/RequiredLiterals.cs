using Holdfast.Rules.Functions;

namespace Holdfast.Rules.Patterns;

/// <summary>
/// Texts of which a match has at least one, in lower case: where none of them is, in any case, an expression need not be looked for.
/// </summary>
internal static class RequiredLiterals
{
    private const int MostAlternatives = 32;

    // Shorter ones are nearly everywhere.
    private const int LeastLength = 2;

    /// <summary>The texts; null when nothing is certain.</summary>
    public static byte[][]? Of(RegexNode root)
    {
        var best = Best(root);
        return best is not null && best.Min(literal => literal.Length) >= LeastLength ? best : null;
    }

    private static byte[][]? Best(RegexNode node)
    {
        switch (node)
        {
            case ByteNode bytes:
                return Letter(bytes.Set) is { } letter
                    ?
                    [
                        [letter],
                    ]
                    : null;
            case CaptureNode capture:
                return Best(capture.Of);
            case RepeatNode { Least: > 0 } repeat:
                return Best(repeat.Of);
            case ChoiceNode choice:
                var alternatives = choice.Items.Select(Best).ToList();
                return alternatives.Contains(null) || alternatives.Sum(item => item!.Length) > MostAlternatives
                    ? null
                    : [.. alternatives.SelectMany(item => item!)];
            case SequenceNode sequence:
                return OfSequence(sequence);
            default:
                return null;
        }
    }

    private static byte[][]? OfSequence(SequenceNode sequence)
    {
        byte[][]? best = null;
        var run = new List<byte>();
        foreach (var item in Flat(sequence))
        {
            if (item is ByteNode { Set: var set } && Letter(set) is { } letter)
            {
                run.Add(letter);
                continue;
            }

            if (item is PlaceNode or EmptyNode)
            {
                continue;
            }

            Offer([.. run]);
            run.Clear();
            if (Best(item) is { } inner)
            {
                best = Better(best, inner);
            }
        }

        Offer([.. run]);
        return best;

        void Offer(byte[] literal) => best = literal.Length > 0 ? Better(best, [literal]) : best;
    }

    private static IEnumerable<RegexNode> Flat(RegexNode node) =>
        node switch
        {
            SequenceNode sequence => sequence.Items.SelectMany(Flat),
            CaptureNode { Of: SequenceNode or ByteNode } capture => Flat(capture.Of),
            _ => [node],
        };

    // The longer the shortest of them, the rarer.
    private static byte[][] Better(byte[][]? one, byte[][] other) =>
        one is null || other.Min(literal => literal.Length) > one.Min(literal => literal.Length) ? other : one;

    // The byte of a set of one, or of one letter in both cases.
    private static byte? Letter(ByteSet set)
    {
        byte? found = null;
        foreach (var (first, last) in set.Ranges())
        {
            if (first != last)
            {
                return null;
            }

            var lower = AsciiCase.Lower((byte)first);
            if (found is not null && found != lower)
            {
                return null;
            }

            found = lower;
        }

        return found;
    }
}
