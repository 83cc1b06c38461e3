using Holdfast.Rules.Patterns;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;
using Bytes = System.ReadOnlySpan<byte>;

namespace Holdfast.Rules.Evaluation;

/// <summary>The other operators of order, of a string.</summary>
internal sealed class TextOrderTest(OrderingOperator operation, byte[] literal) : Test<Bytes>
{
    public override Truth Of(RuleEvaluation evaluation, Bytes value) => Orders.Holds(operation, value.SequenceCompareTo(literal));
}

/// <summary>The operators of order, of a number.</summary>
internal sealed class NumberOrderTest(OrderingOperator operation, long literal) : Test<long>
{
    public override Truth Of(RuleEvaluation evaluation, long value) => Orders.Holds(operation, value.CompareTo(literal));
}

/// <summary>eq and ne of an address.</summary>
internal sealed class AddressTest(RuleAddress literal, bool equal) : Test<RuleAddress>
{
    public override Truth Of(RuleEvaluation evaluation, RuleAddress value) => Truths.Of((value == literal) == equal);
}

/// <summary>matches</summary>
internal sealed class MatchesTest(RegexMatcher matcher) : Test<Bytes>
{
    public override Truth Of(RuleEvaluation evaluation, Bytes value) =>
        evaluation.TrySpend(matcher.Cost, value.Length) ? Truths.Of(matcher.IsIn(value)) : Truth.Unknown;
}

/// <summary>wildcard and strict wildcard</summary>
internal sealed class WildcardTest(WildcardMatcher matcher) : Test<Bytes>
{
    public override Truth Of(RuleEvaluation evaluation, Bytes value) =>
        matcher.TryMatch(evaluation, value, default, out var matches) ? Truths.Of(matches) : Truth.Unknown;
}

/// <summary><c>starts_with()</c> and <c>ends_with()</c></summary>
internal sealed class EdgeTest(ValueNode<Bytes> part, bool atEnd) : Test<Bytes>
{
    public override Truth Of(RuleEvaluation evaluation, Bytes value) =>
        part.Read(evaluation, out var wanted) switch
        {
            Presence.Known => Truths.Of(atEnd ? value.EndsWith(wanted) : value.StartsWith(wanted)),
            Presence.Missing => Truth.False,
            _ => Truth.Unknown,
        };
}

/// <summary>in a set of ranges, of numbers or of addresses of one family.</summary>
internal sealed class RangeSet<T>
    where T : IComparable<T>
{
    private readonly T[] _firsts;
    private readonly T[] _lasts;

    /// <param name="ranges">In any order; they may overlap.</param>
    public RangeSet(IEnumerable<(T First, T Last)> ranges)
    {
        var merged = new List<(T First, T Last)>();
        foreach (var range in ranges.OrderBy(range => range.First))
        {
            if (merged.Count > 0 && range.First.CompareTo(merged[^1].Last) <= 0)
            {
                merged[^1] = (merged[^1].First, range.Last.CompareTo(merged[^1].Last) > 0 ? range.Last : merged[^1].Last);
            }
            else
            {
                merged.Add(range);
            }
        }

        _firsts = [.. merged.Select(range => range.First)];
        _lasts = [.. merged.Select(range => range.Last)];
    }

    /// <summary>Whether a value is in one of the ranges.</summary>
    public bool Contains(T value)
    {
        // The last range that begins at or before it.
        var (low, high) = (0, _firsts.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            (low, high) = value.CompareTo(_firsts[middle]) >= 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return high >= 0 && value.CompareTo(_lasts[high]) <= 0;
    }
}

/// <summary>in a set of numbers</summary>
internal sealed class NumberSetTest(IntegerSet set) : Test<long>
{
    private readonly RangeSet<long> _ranges = new(set.Members.Select(range => (range.First, range.Last)));

    public override Truth Of(RuleEvaluation evaluation, long value) => Truths.Of(_ranges.Contains(value));
}

/// <summary>in a set of addresses</summary>
internal sealed class AddressSetTest(AddressSet set) : Test<RuleAddress>
{
    private readonly RangeSet<uint> _ipv4 = new(
        set.Members.Where(range => !range.First.IsIPv6).Select(range => ((uint)range.First.Bits, (uint)range.Last.Bits))
    );

    private readonly RangeSet<UInt128> _ipv6 = new(
        set.Members.Where(range => range.First.IsIPv6).Select(range => (range.First.Bits, range.Last.Bits))
    );

    public override Truth Of(RuleEvaluation evaluation, RuleAddress value) =>
        Truths.Of(value.IsIPv6 ? _ipv6.Contains(value.Bits) : _ipv4.Contains((uint)value.Bits));
}

/// <summary>in a list, of strings</summary>
internal sealed class TextListTest(string list) : Test<Bytes>
{
    public override Truth Of(RuleEvaluation evaluation, Bytes value) => evaluation.Signals.IsInList(list, value);
}

/// <summary>in a list, of numbers</summary>
internal sealed class NumberListTest(string list) : Test<long>
{
    public override Truth Of(RuleEvaluation evaluation, long value) => evaluation.Signals.IsInList(list, value);
}

/// <summary>in a list, of addresses</summary>
internal sealed class AddressListTest(string list) : Test<RuleAddress>
{
    public override Truth Of(RuleEvaluation evaluation, RuleAddress value) => evaluation.Signals.IsInList(list, value);
}

/// <summary>What an operator of order says of a comparison.</summary>
internal static class Orders
{
    /// <summary>Whether it holds.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="order">Below, at or above 0, as the left side is below, at or above the right.</param>
    public static Truth Holds(OrderingOperator operation, int order) =>
        Truths.Of(
            operation switch
            {
                OrderingOperator.Equal => order == 0,
                OrderingOperator.NotEqual => order != 0,
                OrderingOperator.Less => order < 0,
                OrderingOperator.LessOrEqual => order <= 0,
                OrderingOperator.Greater => order > 0,
                _ => order >= 0,
            }
        );
}
