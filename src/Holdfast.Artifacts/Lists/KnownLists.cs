using System.Collections.Frozen;
using Holdfast.Model.Lists;
using Holdfast.Rules.Types;

namespace Holdfast.Artifacts.Lists;

/// <summary>The lists that there are, for those who read rules where that is known.</summary>
public sealed class KnownLists
{
    /// <param name="lists">The lists.</param>
    public KnownLists(IEnumerable<(string Name, ListKind Kind)> lists)
    {
        Types = lists.ToFrozenDictionary(list => list.Name, list => ListKinds.TypeOf(list.Kind), StringComparer.Ordinal);
    }

    /// <summary>What the items of each are.</summary>
    internal FrozenDictionary<string, RuleType> Types { get; }
}
