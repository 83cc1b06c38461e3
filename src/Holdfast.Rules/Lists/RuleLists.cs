using System.Collections.Frozen;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Lists;

/// <summary>
/// The lists that a zone's rules can refer to, by name: what an <see cref="IRuleSignals"/> answers <c>IsInList</c> with. A list that isn't
/// there is unknown, so that a rule which reads it does not act.
/// </summary>
public sealed class RuleLists
{
    private readonly FrozenDictionary<string, RuleList> _lists;

    /// <param name="lists">The lists, by name without the dollar sign.</param>
    public RuleLists(IEnumerable<KeyValuePair<string, RuleList>> lists)
    {
        _lists = lists.ToFrozenDictionary(StringComparer.Ordinal);
        Types = _lists.ToFrozenDictionary(entry => entry.Key, entry => entry.Value.ItemType, StringComparer.Ordinal);
    }

    /// <summary>No lists.</summary>
    public static RuleLists None { get; } = new([]);

    /// <summary>What the items of each are, for <see cref="Parsing.RuleScope.Lists"/>.</summary>
    public FrozenDictionary<string, RuleType> Types { get; }

    /// <summary>A list; null when there is none of this name.</summary>
    public RuleList? Find(string list) => _lists.GetValueOrDefault(list);

    /// <summary>Whether a string is in a list.</summary>
    public Truth Contains(string list, ReadOnlySpan<byte> value) =>
        _lists.TryGetValue(list, out var found) ? found.Contains(value) : Truth.Unknown;

    /// <summary>Whether a number is in a list.</summary>
    public Truth Contains(string list, long value) => _lists.TryGetValue(list, out var found) ? found.Contains(value) : Truth.Unknown;

    /// <summary>Whether an address is in a list.</summary>
    public Truth Contains(string list, RuleAddress value) =>
        _lists.TryGetValue(list, out var found) ? found.Contains(value) : Truth.Unknown;
}
