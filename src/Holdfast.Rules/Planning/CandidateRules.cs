using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Holdfast.Rules.Planning;

/// <summary>The rules of a plan that may be true for a request, as bits in their order; a pass takes them out, 64 at a time.</summary>
/// <param name="words">So many times 64 rules.</param>
internal sealed class CandidateRules(int words)
{
    // Words that a vector has.
    private const int AtOnce = 4;

    private readonly ulong[] _bits = new ulong[(words + AtOnce - 1) / AtOnce * AtOnce];

    // The group of 64 words that is being taken out, and which of its words are left.
    private int _group;
    private ulong _left;
    private int _from;
    private PlanShare? _share;

    /// <summary>How many there are, before one is taken out.</summary>
    public int Count => _bits.Sum(BitOperations.PopCount);

    /// <summary>Begins anew.</summary>
    /// <param name="always">The rules that are candidates in any case.</param>
    /// <param name="share">The rules that are given; null for all.</param>
    public void Begin(ulong[] always, PlanShare? share)
    {
        (_group, _left, _from, _share) = (-1, 0, 0, share);
        always.CopyTo(_bits, 0);
    }

    /// <summary>Adds a rule, before the first is taken out.</summary>
    public void Add(int rule) => _bits[rule >> 6] |= 1UL << rule;

    /// <summary>Leaves out the rules before one.</summary>
    public void SkipTo(int rule) => _from = rule;

    /// <summary>Of a word, the rules that are not left out.</summary>
    public ulong Mask(int word) =>
        _from <= word << 6 ? ulong.MaxValue
        : _from >= (word + 1) << 6 ? 0
        : ulong.MaxValue << (_from & 63);

    /// <summary>The next word that has some.</summary>
    /// <param name="word">Its number.</param>
    /// <returns>Its bits; 0 when there are no more.</returns>
    public ulong Next(out int word)
    {
        while (_left != 0 || MoveOn())
        {
            word = (_group << 6) + BitOperations.TrailingZeroCount(_left);
            _left &= _left - 1;
            var bits = _bits[word] & Mask(word) & (_share is { } share ? share.Rules[word] : ulong.MaxValue);
            if (bits != 0)
            {
                return bits;
            }
        }

        word = 0;
        return 0;
    }

    // To the next group of words in which one has a rule.
    private bool MoveOn()
    {
        ref var start = ref MemoryMarshal.GetArrayDataReference(_bits);
        while (_left == 0 && (_group + 1) << 6 < _bits.Length)
        {
            _group++;
            var (from, to) = (_group << 6, Math.Min((_group + 1) << 6, _bits.Length));
            for (var word = from; word < to; word += AtOnce)
            {
                var empty = Vector256.Equals(Vector256.LoadUnsafe(ref start, (nuint)word), Vector256<ulong>.Zero);
                _left |= (ulong)(~empty.ExtractMostSignificantBits() & ((1 << AtOnce) - 1)) << (word - from);
            }
        }

        return _left != 0;
    }
}
