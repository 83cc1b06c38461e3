using Holdfast.Rules.Functions;

namespace Holdfast.Rules.Patterns;

/// <summary>
/// Texts without which a regular expression cannot match, in lower case. Of each set a match has at least one text, in any case: where none of
/// them is, the expression need not be looked for.
/// </summary>
internal static class RequiredLiterals
{
    private const int MostAlternatives = 32;

    // Shorter ones are nearly everywhere.
    private const int LeastLength = 2;

    /// <summary>The sets, any one of which will do; null when nothing is certain.</summary>
    public static byte[][][]? Of(RegexNode root)
    {
        byte[][][] sets = [.. Sets(root).Where(set => Shortest(set) >= LeastLength)];
        return sets.Length > 0 ? sets : null;
    }

    private static IEnumerable<byte[][]> Sets(RegexNode node)
    {
        switch (node)
        {
            case ByteNode bytes:
                return Letter(bytes.Set) is { } letter
                    ?
                    [
                        [
                            [letter],
                        ],
                    ]
                    : [];
            case CaptureNode capture:
                return Sets(capture.Of);
            case RepeatNode { Least: > 0 } repeat:
                return Sets(repeat.Of);
            case ChoiceNode choice:
                var alternatives = choice.Items.Select(item => Sets(item).MaxBy(Shortest)).ToList();
                return alternatives.Contains(null) || alternatives.Sum(set => set!.Length) > MostAlternatives
                    ? []
                    :
                    [
                        [.. alternatives.SelectMany(set => set!)],
                    ];
            case SequenceNode sequence:
                return OfSequence(sequence);
            default:
                return [];
        }
    }

    private static List<byte[][]> OfSequence(SequenceNode sequence)
    {
        var (sets, run) = (new List<byte[][]>(), new List<byte>());
        foreach (var item in Flat(sequence))
        {
            if (item is ByteNode { Set: var set } && Letter(set) is { } letter)
            {
                run.Add(letter);
            }
            else if (item is not (PlaceNode or EmptyNode))
            {
                EndRun();
                sets.AddRange(Sets(item));
            }
        }

        EndRun();
        return sets;

        void EndRun()
        {
            if (run.Count > 0)
            {
                sets.Add([
                    [.. run],
                ]);
                run.Clear();
            }
        }
    }

    private static IEnumerable<RegexNode> Flat(RegexNode node) =>
        node switch
        {
            SequenceNode sequence => sequence.Items.SelectMany(Flat),
            CaptureNode { Of: SequenceNode or ByteNode } capture => Flat(capture.Of),
            _ => [node],
        };

    private static int Shortest(byte[][]? set) => set?.Min(text => text.Length) ?? 0;

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
