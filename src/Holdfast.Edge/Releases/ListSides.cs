using Holdfast.Edge.Lists;
using Holdfast.Releases.Rollout;
using Holdfast.Rules.Lists;

namespace Holdfast.Edge.Releases;

/// <summary>A list's release on trial: a share of the visitors has rules that ask for it answered by it.</summary>
/// <param name="lists">The lists.</param>
/// <param name="name">What rules call it.</param>
/// <param name="candidate">The list, or null when it is live already.</param>
internal sealed class ListSides(ListTable lists, string name, RuleList? candidate) : IReleaseSides
{
    private ListTrial? _trial;

    /// <inheritdoc/>
    public bool CanSlice => candidate is not null && lists.Has(name);

    /// <inheritdoc/>
    public void Widen(int share)
    {
        _trial = new ListTrial(name, share < 100 ? candidate : null, share);
        lists.Try(_trial);
    }

    /// <inheritdoc/>
    public SideReading Read() => _trial?.Read() ?? default;

    /// <inheritdoc/>
    public void End()
    {
        if (_trial is { } trial)
        {
            lists.EndTrial(trial);
        }
    }
}
