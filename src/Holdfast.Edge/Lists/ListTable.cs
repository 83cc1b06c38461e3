using Holdfast.Rules.Lists;

namespace Holdfast.Edge.Lists;

/// <summary>
/// The lists that this edge has. Rules find theirs by name at each request, so that a list changes without any zone being compiled again; a
/// request sees the lists of one moment. Changed by the thread of the releases alone, read by any.
/// </summary>
internal sealed class ListTable
{
    private readonly Dictionary<int, (string Name, RuleList List)> _lists = [];
    private volatile RuleLists _current = RuleLists.None;

    /// <summary>All of them, as they are now.</summary>
    public RuleLists Current => _current;

    /// <summary>Whether another artifact has this name.</summary>
    public bool IsTaken(string name, int? artifact) => _lists.Any(entry => entry.Key != artifact && entry.Value.Name == name);

    /// <summary>Takes a list into use.</summary>
    /// <param name="artifact">The list's number in the store.</param>
    /// <param name="name">What rules call it.</param>
    /// <param name="list">The list.</param>
    public void Put(int artifact, string name, RuleList list)
    {
        _lists[artifact] = (name, list);
        Publish();
    }

    /// <summary>Takes a list out of use: rules that name it read what is unknown.</summary>
    public void Remove(int artifact)
    {
        if (_lists.Remove(artifact))
        {
            Publish();
        }
    }

    private void Publish() => _current = new RuleLists(_lists.Values.Select(entry => KeyValuePair.Create(entry.Name, entry.List)));
}
