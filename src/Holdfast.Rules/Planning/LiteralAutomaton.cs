using System.Buffers;
using System.Numerics;

namespace Holdfast.Rules.Planning;

/// <summary>
/// Finds which of many texts are in a text, in one pass over it, whatever the case of its ASCII letters (Aho and Corasick, "Efficient string
/// matching", 1975). States near the root, where nearly every byte of a text leads, have a row of their own for each class of bytes; the
/// others have their few edges and the state to fall back to.
/// </summary>
internal sealed class LiteralAutomaton
{
    // Rows are looked into for nearly every byte: this many entries of four bytes stay in a core's own cache.
    private const int MostRowEntries = 128 * 1024;
    private const int HasOutput = int.MinValue;

    // With so few different first bytes, looking for the next of them is faster than going on byte by byte.
    private const int FewFirsts = 6;

    private readonly SearchValues<byte>? _firsts;

    private readonly byte[] _classOf = new byte[256];
    private readonly int _rowBits;
    private readonly int _rows;

    // With HasOutput where the state or one that it ends with is the end of a literal.
    private readonly int[] _row;
    private readonly int[] _fallback;
    private readonly int[] _edges;
    private readonly byte[] _edgeClass;
    private readonly int[] _edgeTarget;

    // The nearest state, itself included, that is the end of a literal; 0 for none.
    private readonly int[] _output;
    private readonly int[] _shorter;
    private readonly int[] _leaves;
    private readonly int[] _leaf;

    private readonly int _outputsBefore;

    /// <param name="literals">None is empty; letters in lower case.</param>
    /// <param name="outputsBefore">Literals of other automata, which come first among what a pass has found.</param>
    public LiteralAutomaton(IReadOnlyList<(byte[] Literal, int Leaf)> literals, int outputsBefore)
    {
        _outputsBefore = outputsBefore;

        // Class 0 is what is in no literal.
        var classes = 0;
        foreach (var value in literals.SelectMany(entry => entry.Literal))
        {
            _classOf[value] = _classOf[value] == 0 ? (byte)++classes : _classOf[value];
        }

        for (var letter = 'A'; letter <= 'Z'; letter++)
        {
            _classOf[letter] = _classOf[letter | 0x20];
        }

        _rowBits = BitOperations.Log2((uint)classes) + 1;
        byte[] firsts = [.. literals.Select(entry => entry.Literal[0]).Distinct()];
        _firsts =
            firsts.Length <= FewFirsts
                ? SearchValues.Create([
                    .. firsts,
                    .. firsts.Where(value => value is >= (byte)'a' and <= (byte)'z').Select(letter => (byte)(letter & ~0x20)),
                ])
                : null;
        Shortest = literals.Min(entry => entry.Literal.Length);
        var trie = new LiteralTrie(literals, value => _classOf[value]);
        var count = trie.Count;
        _rows = Math.Min(count, MostRowEntries >> _rowBits);
        _row = new int[_rows << _rowBits];
        (_fallback, _output, _shorter) = (new int[count], new int[count], new int[count]);
        (_edges, _edgeClass, _edgeTarget) = (trie.Edges, trie.EdgeBytes, trie.EdgeTargets);
        (_leaves, _leaf) = (trie.Leaves, trie.Leaf);

        // States are numbered by their distance from the root: what a state falls back to is done before it.
        for (var state = 0; state < count; state++)
        {
            _output[state] = _leaves[state] < _leaves[state + 1] ? state : _output[_fallback[state]];
            _shorter[state] = _output[_fallback[state]];
            for (var edge = _edges[state]; edge < _edges[state + 1]; edge++)
            {
                _fallback[_edgeTarget[edge]] = state == 0 ? 0 : Step(_fallback[state], _edgeClass[edge]) & ~HasOutput;
            }

            if (state < _rows)
            {
                FillRow(state);
            }
        }

        // Outputs are known now.
        for (var i = 0; i < _row.Length; i++)
        {
            _row[i] |= _output[_row[i]] != 0 ? HasOutput : 0;
        }
    }

    /// <summary>Bytes of the shortest literal.</summary>
    public int Shortest { get; }

    /// <summary>Marks the leaves of the literals that are in a text.</summary>
    public void Find(ReadOnlySpan<byte> text, RulePass pass)
    {
        var (classOf, row, rowBits, rows) = (_classOf, _row, _rowBits, _rows);
        var state = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (state == 0 && _firsts is { } firsts)
            {
                var skipped = text[i..].IndexOfAny(firsts);
                if (skipped < 0)
                {
                    return;
                }

                i += skipped;
            }

            var kind = classOf[text[i]];
            if (state < rows)
            {
                state = row[(state << rowBits) + kind];
                if (state >= 0)
                {
                    continue;
                }

                state &= ~HasOutput;
            }
            else
            {
                state = Step(state, kind) & ~HasOutput;
            }

            for (var output = _output[state]; output != 0 && Report(output, pass); output = _shorter[output]) { }
        }
    }

    // False when this literal was found before: the shorter ones that it ends with were, too.
    private bool Report(int state, RulePass pass)
    {
        if (!pass.MarkOutput(_outputsBefore + _leaves[state]))
        {
            return false;
        }

        for (var i = _leaves[state]; i < _leaves[state + 1]; i++)
        {
            pass.Mark(_leaf[i]);
        }

        return true;
    }

    private int Step(int state, byte kind)
    {
        while (state >= _rows)
        {
            for (var edge = _edges[state]; edge < _edges[state + 1]; edge++)
            {
                if (_edgeClass[edge] == kind)
                {
                    return _edgeTarget[edge];
                }
            }

            state = _fallback[state];
        }

        return _row[(state << _rowBits) + kind];
    }

    private void FillRow(int state)
    {
        var row = _row.AsSpan(state << _rowBits, 1 << _rowBits);
        if (state > 0)
        {
            // What it falls back to is nearer to the root, and has a row.
            _row.AsSpan(_fallback[state] << _rowBits, 1 << _rowBits).CopyTo(row);
        }

        for (var edge = _edges[state]; edge < _edges[state + 1]; edge++)
        {
            row[_edgeClass[edge]] = _edgeTarget[edge];
        }
    }
}
