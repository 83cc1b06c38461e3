using System.Text;
using Holdfast.Rules.Evaluation;

namespace Holdfast.Rules.Planning;

/// <summary>Finds which of a few texts are in a text, whatever the case of its ASCII letters: one after the other, 32 places at a time.</summary>
internal sealed class FewLiterals
{
    // An automaton takes as long for a text as looking for about so many literals in it.
    private const int Most = 16;

    // Bytes. Over a text that is made for it, a literal is compared at every second place; an automaton looks at each byte once.
    private const int Longest = 32;

    private readonly (AnyCaseContainsTest Test, int Leaf)[] _literals;

    private FewLiterals(IReadOnlyList<(byte[] Literal, int Leaf)> literals) =>
        _literals = [.. literals.Select(entry => (new AnyCaseContainsTest(entry.Literal), entry.Leaf))];

    /// <summary>For literals that are not empty, with letters in lower case; null when an automaton is faster, or must do it.</summary>
    public static FewLiterals? TryMake(IReadOnlyList<(byte[] Literal, int Leaf)> literals) =>
        literals.Count <= Most && literals.All(entry => entry.Literal.Length <= Longest && Ascii.IsValid(entry.Literal))
            ? new FewLiterals(literals)
            : null;

    /// <summary>Marks the leaves of the literals that are in a text.</summary>
    public void Find(ReadOnlySpan<byte> text, RulePass pass)
    {
        foreach (ref readonly var literal in _literals.AsSpan())
        {
            if (literal.Test.Holds(text))
            {
                pass.Mark(literal.Leaf);
            }
        }
    }
}
