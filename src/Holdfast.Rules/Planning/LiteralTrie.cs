namespace Holdfast.Rules.Planning;

/// <summary>Texts by their first bytes. States are numbered by their distance from the root, which is 0.</summary>
internal sealed class LiteralTrie
{
    /// <param name="literals">The texts, and what each is for.</param>
    /// <param name="byteOf">What a byte counts as.</param>
    public LiteralTrie(IReadOnlyList<(byte[] Literal, int Leaf)> literals, Func<byte, byte> byteOf)
    {
        // Sorted, so that what shares its beginning lies together; then one distance from the root after the other.
        var sorted = literals.Select(entry => (Key: entry.Literal.Select(byteOf).ToArray(), entry.Leaf)).ToArray();
        Array.Sort(sorted, (one, other) => one.Key.AsSpan().SequenceCompareTo(other.Key));
        var (edges, bytes, targets) = (new List<int>(), new List<byte>(), new List<int>());
        var (leaves, leaf) = (new List<int>(), new List<int>());
        var states = new List<(int From, int To, int Depth)> { (0, sorted.Length, 0) };
        for (var state = 0; state < states.Count; state++)
        {
            var (from, to, depth) = states[state];
            leaves.Add(leaf.Count);
            edges.Add(bytes.Count);
            for (; from < to && sorted[from].Key.Length == depth; from++)
            {
                leaf.Add(sorted[from].Leaf);
            }

            while (from < to)
            {
                var value = sorted[from].Key[depth];
                var end = from + 1;
                while (end < to && sorted[end].Key[depth] == value)
                {
                    end++;
                }

                bytes.Add(value);
                targets.Add(states.Count);
                states.Add((from, end, depth + 1));
                from = end;
            }
        }

        leaves.Add(leaf.Count);
        edges.Add(bytes.Count);
        Count = states.Count;
        (Edges, EdgeBytes, EdgeTargets, Leaves, Leaf) = ([.. edges], [.. bytes], [.. targets], [.. leaves], [.. leaf]);
    }

    /// <summary>How many states.</summary>
    public int Count { get; }

    /// <summary>Where the edges of each state begin; one more than there are states.</summary>
    public int[] Edges { get; }

    /// <summary>The byte of each edge, in order within a state.</summary>
    public byte[] EdgeBytes { get; }

    /// <summary>Where each edge leads.</summary>
    public int[] EdgeTargets { get; }

    /// <summary>Where the leaves of each state begin; one more than there are states.</summary>
    public int[] Leaves { get; }

    /// <summary>What the texts that end in a state are for.</summary>
    public int[] Leaf { get; }

    /// <summary>Goes on from a state; -1 when nothing leads there.</summary>
    public int Step(int state, byte value)
    {
        var at = EdgeBytes.AsSpan(Edges[state], Edges[state + 1] - Edges[state]).IndexOf(value);
        return at < 0 ? -1 : EdgeTargets[Edges[state] + at];
    }
}
