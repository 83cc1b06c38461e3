using System.Collections.Frozen;
using Holdfast.Model.Lists;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Types;

namespace Holdfast.Artifacts.Lists;

/// <summary>The lists that there are, for those who read rules where that is known.</summary>
public sealed class KnownLists
{
    /// <param name="lists">The lists.</param>
    public KnownLists(IEnumerable<(string Name, ListKind Kind)> lists)
    {
        var all = lists.ToList();
        Redirects = all.Where(list => list.Kind == ListKind.Redirect).Select(list => list.Name).ToFrozenSet(StringComparer.Ordinal);
        Types = all.ToFrozenDictionary(list => list.Name, list => ListKinds.TypeOf(list.Kind), StringComparer.Ordinal);
    }

    /// <summary>The names of those whose items are redirects.</summary>
    internal FrozenSet<string> Redirects { get; }

    /// <summary>Why an action cannot be that of a rule: it names a list of redirects that there is not. Null for any other.</summary>
    /// <returns>Null, or what was found in <c>from_list</c>.</returns>
    public string? ProblemOf(RuleAction action) =>
        action is RedirectFromListAction from && !Redirects.Contains(from.List) ? $"'{from.List}'" : null;

    /// <summary>What the items of each are.</summary>
    internal FrozenDictionary<string, RuleType> Types { get; }
}
