using Holdfast.Rules.Functions;

namespace Holdfast.Rules.Planning;

/// <summary>Finds which of many texts a text begins with, or ends with, whatever the case of its ASCII letters.</summary>
internal sealed class EdgeTrie
{
    private readonly LiteralTrie _trie;
    private readonly bool _atEnd;

    /// <param name="literals">None is empty; letters in lower case.</param>
    /// <param name="atEnd">Whether texts are to end with them.</param>
    public EdgeTrie(IReadOnlyList<(byte[] Literal, int Leaf)> literals, bool atEnd)
    {
        _atEnd = atEnd;
        _trie = new LiteralTrie(
            atEnd ? [.. literals.Select(entry => (entry.Literal.Reverse().ToArray(), entry.Leaf))] : literals,
            value => value
        );
    }

    /// <summary>Marks the leaves of the literals that a text begins or ends with.</summary>
    public void Find(ReadOnlySpan<byte> text, RulePass pass)
    {
        var state = 0;
        for (var i = 0; i < text.Length; i++)
        {
            state = _trie.Step(state, AsciiCase.Lower(text[_atEnd ? text.Length - 1 - i : i]));
            if (state < 0)
            {
                return;
            }

            for (var leaf = _trie.Leaves[state]; leaf < _trie.Leaves[state + 1]; leaf++)
            {
                pass.Mark(_trie.Leaf[leaf]);
            }
        }
    }
}
