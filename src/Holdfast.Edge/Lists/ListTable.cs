using Holdfast.Edge.Requests;
using Holdfast.Rules.Lists;

namespace Holdfast.Edge.Lists;

/// <summary>
/// The lists that this edge has. Rules find theirs by name at each request, so that a list changes without any zone being compiled again; a
/// request sees the lists of one moment. Changed by the thread of the releases alone, read by any.
/// </summary>
internal sealed class ListTable
{
    private readonly Dictionary<int, (string Name, RuleList List)> _lists = [];
    private readonly Dictionary<string, ListTrial> _trials = new(StringComparer.Ordinal);
    private volatile RuleLists _current = RuleLists.None;
    private volatile ListSlices? _slices;

    /// <summary>All of them, as they are now.</summary>
    public RuleLists Current => _current;

    /// <summary>The lists on trial, or null when there are none: then they cost nothing more than to see that.</summary>
    public ListSlices? Slices => _slices;

    /// <summary>Those that a request reads: the live ones, or with what is on trial for its visitor.</summary>
    public RuleLists For(EdgeRequest request) => _slices?.For(request) ?? _current;

    /// <summary>Whether there is a list of this name.</summary>
    public bool Has(string name) => _lists.Values.Any(entry => entry.Name == name);

    /// <summary>Puts a list on trial in the place of the trial before; what is counted begins at 0.</summary>
    public void Try(ListTrial trial)
    {
        _trials[trial.Name] = trial;
        Publish();
    }

    /// <summary>A trial has ended; another of the same name goes on.</summary>
    public void EndTrial(ListTrial trial)
    {
        if (_trials.GetValueOrDefault(trial.Name) == trial)
        {
            _trials.Remove(trial.Name);
            Publish();
        }
    }

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

    private void Publish()
    {
        List<KeyValuePair<string, RuleList>> live = [.. _lists.Values.Select(entry => KeyValuePair.Create(entry.Name, entry.List))];
        _current = new RuleLists(live);
        _slices = _trials.Count == 0 ? null : new ListSlices(live, _trials.Values);
    }
}
