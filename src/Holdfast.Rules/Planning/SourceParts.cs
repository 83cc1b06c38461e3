using System.Security.Cryptography;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Planning;

/// <summary>Everything that is looked for in one value, while a plan is built.</summary>
/// <param name="value">The value.</param>
/// <param name="number">Its number among those that are looked at.</param>
internal sealed class SourceParts(Operand value, int number)
{
    private readonly Dictionary<TextKey, List<(byte[] Literal, int Leaf)>> _texts = [];
    private readonly List<(long First, long Last, int Leaf)> _numbers = [];
    private readonly List<(uint First, uint Last, int Leaf)> _ipv4 = [];
    private readonly List<(UInt128 First, UInt128 Last, int Leaf)> _ipv6 = [];

    /// <summary>Its number among those that are looked at.</summary>
    public int Number => number;

    /// <summary>The rules that may be true when something is seen in it.</summary>
    public HashSet<int> Rules { get; } = [];

    /// <summary>The rules that ask whether something was seen in it.</summary>
    public HashSet<int> Users { get; } = [];

    /// <summary>Adds what a leaf looks for.</summary>
    public void Add(Trigger trigger, int leaf)
    {
        switch (trigger)
        {
            case TextTrigger text:
                if (!_texts.TryGetValue(text.Key, out var literals))
                {
                    _texts.Add(text.Key, literals = []);
                }

                literals.AddRange(text.Texts.Select(literal => (literal, leaf)));
                break;
            case NumberTrigger ofNumbers:
                _numbers.AddRange(ofNumbers.Ranges.Select(range => (range.First, range.Last, leaf)));
                break;
            case AddressTrigger ofAddresses:
                var ranges = ofAddresses.Ranges.ToLookup(range => range.First.IsIPv6);
                _ipv4.AddRange(ranges[false].Select(range => ((uint)range.First.Bits, (uint)range.Last.Bits, leaf)));
                _ipv6.AddRange(ranges[true].Select(range => (range.First.Bits, range.Last.Bits, leaf)));
                break;
        }
    }

    /// <summary>What looks for all of it.</summary>
    /// <param name="literals">Literals of automata so far; those of this value are added.</param>
    public PlanSource Build(ref int literals)
    {
        int[] rules = [.. Rules.Order()];
        int[] users = [.. Users.Order()];
        switch (value.Type.Kind)
        {
            case RuleKind.Integer:
                return new NumberSource(rules, users, OperandCompiler.Number(value), new RangeIndex<long>(_numbers));
            case RuleKind.Address:
                return new AddressSource(
                    rules,
                    users,
                    OperandCompiler.Address(value),
                    _ipv4.Count > 0 ? new RangeIndex<uint>(_ipv4) : null,
                    _ipv6.Count > 0 ? new RangeIndex<UInt128>(_ipv6) : null
                );
            default:
                var before = literals;
                var parts = _texts.GetValueOrDefault(TextKey.Part);
                var fewParts = parts is null ? null : FewLiterals.TryMake(parts);
                literals += fewParts is null ? parts?.Count ?? 0 : 0;
                var seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
                return new TextSource(
                    rules,
                    users,
                    OperandCompiler.Text(value),
                    _texts.TryGetValue(TextKey.Equal, out var equal) ? new TextTable(equal, seed) : null,
                    _texts.TryGetValue(TextKey.Start, out var starts) ? new EdgeTrie(starts, atEnd: false) : null,
                    _texts.TryGetValue(TextKey.End, out var ends) ? new EdgeTrie(ends, atEnd: true) : null,
                    fewParts,
                    parts is null || fewParts is not null ? null : new LiteralAutomaton(parts, before)
                );
        }
    }
}
