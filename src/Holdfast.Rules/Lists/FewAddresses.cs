using System.Collections.Immutable;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Lists;

/// <summary>
/// A list of some thousand addresses and networks at most, in memory: what <see cref="AddressList"/> is for millions of them, without the
/// 256 KB that its index takes however short it is. An IPv4 address inside an IPv6 one is looked for as both.
/// </summary>
public sealed class FewAddresses : RuleList
{
    /// <summary>From how many ranges on a file is the better place for them.</summary>
    public const int Most = 8_192;

    private readonly ImmutableArray<AddressRange> _ranges;

    /// <param name="ranges">In any order; they may overlap.</param>
    public FewAddresses(IEnumerable<AddressRange> ranges)
    {
        var merged = ImmutableArray.CreateBuilder<AddressRange>();
        foreach (var range in ranges.Select(AddressListWriter.Canonical).OrderBy(range => range.First).ThenBy(range => range.Last))
        {
            if (merged.Count > 0 && merged[^1] is var before && Overlaps(before, range))
            {
                merged[^1] = before with { Last = range.Last.CompareTo(before.Last) > 0 ? range.Last : before.Last };
            }
            else
            {
                merged.Add(range);
            }
        }

        _ranges = merged.ToImmutable();
    }

    /// <inheritdoc />
    public override RuleType ItemType => RuleType.Address;

    /// <inheritdoc />
    public override Truth Contains(RuleAddress value) =>
        Truths.Of(Has(value) || (AddressListWriter.IsMapped(value) && Has(AddressListWriter.Unmapped(value))));

    private static bool Overlaps(AddressRange before, AddressRange range) =>
        before.First.IsIPv6 == range.First.IsIPv6 && range.First.Bits <= before.Last.Bits;

    private bool Has(RuleAddress value)
    {
        var (low, high) = (0, _ranges.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            (low, high) = _ranges[middle].First.CompareTo(value) <= 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return high >= 0 && _ranges[high].Last.CompareTo(value) >= 0;
    }
}
