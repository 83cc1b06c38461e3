using System.Buffers.Binary;
using System.Numerics;
using Holdfast.Rules.Functions;

namespace Holdfast.Rules.Planning;

/// <summary>Finds what is for a text, whatever the case of its ASCII letters: by hash, once the length is one that is there.</summary>
internal sealed class TextTable
{
    private const int MostOnStack = 256;

    private readonly byte[][] _keys;
    private readonly int[] _slots;
    private readonly int[] _leaves;
    private readonly int[] _leaf;
    private readonly ulong _seed;
    private readonly ulong _lengths;
    private readonly int _longest;

    /// <param name="literals">Letters in lower case.</param>
    /// <param name="seed">What the hash begins with, so that nobody can choose texts that collide.</param>
    public TextTable(IReadOnlyList<(byte[] Literal, int Leaf)> literals, ulong seed)
    {
        _seed = seed;
        var keys = new Dictionary<Types.ByteString, List<int>>();
        foreach (var (literal, leaf) in literals)
        {
            var key = new Types.ByteString(literal);
            if (!keys.TryGetValue(key, out var list))
            {
                keys.Add(key, list = []);
            }

            list.Add(leaf);
            _lengths |= 1UL << (literal.Length & 63);
            _longest = Math.Max(_longest, literal.Length);
        }

        _keys = [.. keys.Keys.Select(key => key.Span.ToArray())];
        _leaf = [.. keys.Values.SelectMany(list => list)];
        _leaves = new int[_keys.Length + 1];
        var number = 0;
        foreach (var list in keys.Values)
        {
            _leaves[number + 1] = _leaves[number] + list.Count;
            number++;
        }

        // Half empty at least.
        _slots = new int[BitOperations.RoundUpToPowerOf2((uint)(2 * _keys.Length))];
        for (var key = 0; key < _keys.Length; key++)
        {
            var slot = Slot(_keys[key]);
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & (_slots.Length - 1);
            }

            _slots[slot] = key + 1;
        }
    }

    /// <summary>Marks the leaves of the literals that a text is.</summary>
    public void Find(ReadOnlySpan<byte> text, RulePass pass)
    {
        if (text.Length > _longest || ((_lengths >> (text.Length & 63)) & 1) == 0)
        {
            return;
        }

        Span<byte> lower = text.Length <= MostOnStack ? stackalloc byte[MostOnStack] : new byte[text.Length];
        lower = lower[..text.Length];
        AsciiCase.Lower(text, lower);
        for (var slot = Slot(lower); _slots[slot] != 0; slot = (slot + 1) & (_slots.Length - 1))
        {
            var key = _slots[slot] - 1;
            if (!lower.SequenceEqual(_keys[key]))
            {
                continue;
            }

            for (var leaf = _leaves[key]; leaf < _leaves[key + 1]; leaf++)
            {
                pass.Mark(_leaf[leaf]);
            }

            return;
        }
    }

    private int Slot(ReadOnlySpan<byte> text)
    {
        var hash = _seed ^ (ulong)text.Length;
        while (text.Length >= 8)
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(text));
            text = text[8..];
        }

        ulong rest = 0;
        foreach (var value in text)
        {
            rest = (rest << 8) | value;
        }

        return (int)(Mix(hash ^ rest) >> 32) & (_slots.Length - 1);
    }

    private static ulong Mix(ulong value)
    {
        var high = Math.BigMul(value, 0x9E3779B97F4A7C15, out var low);
        return high ^ low;
    }
}
