using System.Collections.Frozen;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Lists;

/// <summary>A list of numbers, such as those of autonomous systems.</summary>
public sealed class NumberList : RuleList
{
    private readonly FrozenSet<long> _items;

    /// <param name="items">In any order.</param>
    public NumberList(IEnumerable<long> items) => _items = items.ToFrozenSet();

    /// <inheritdoc />
    public override RuleType ItemType => RuleType.Integer;

    /// <inheritdoc />
    public override Truth Contains(long value) => Truths.Of(_items.Contains(value));
}
