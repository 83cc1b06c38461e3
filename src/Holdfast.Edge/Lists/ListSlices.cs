using System.Collections.Immutable;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Slices;
using Holdfast.Releases.Rollout;
using Holdfast.Rules.Lists;

namespace Holdfast.Edge.Lists;

/// <summary>
/// The lists that are on trial, as requests meet them. Immutable but for what is counted; any thread. All of them draw the same visitors, so
/// that a request needs one set of lists, made beforehand.
/// </summary>
internal sealed class ListSlices
{
    private static readonly ulong Salt = VisitorSide.SaltOf("lists", 0);

    private readonly ImmutableArray<ListTrial> _trials;
    private readonly ImmutableArray<(int Share, RuleLists Lists)> _sets;

    /// <summary>Of these trials.</summary>
    /// <param name="live">The lists that are live.</param>
    /// <param name="trials">What is on trial.</param>
    public ListSlices(IReadOnlyCollection<KeyValuePair<string, RuleList>> live, IEnumerable<ListTrial> trials)
    {
        _trials = [.. trials];
        _sets =
        [
            .. _trials
                .Where(trial => trial.Candidate is not null)
                .Select(trial => trial.Share)
                .Distinct()
                .Order()
                .Select(share => (share, With(live, _trials.Where(trial => trial.Candidate is not null && trial.Share >= share)))),
        ];
    }

    /// <summary>The lists that a request reads; null for those that are live.</summary>
    public RuleLists? For(EdgeRequest request)
    {
        if (_sets.IsEmpty)
        {
            return null;
        }

        var visitor = VisitorSide.Of(request.ClientAddress, Salt);
        foreach (var (share, lists) in _sets)
        {
            if (VisitorSide.IsAmong(visitor, share))
            {
                return lists;
            }
        }

        return null;
    }

    /// <summary>Counts a request whose rules have asked for a list.</summary>
    public void Ended(EdgeRequest request, TimeSpan elapsed)
    {
        var visitor = VisitorSide.Of(request.ClientAddress, Salt);
        foreach (var trial in _trials)
        {
            var side = trial.Candidate is null || VisitorSide.IsAmong(visitor, trial.Share) ? trial.OnTrial : trial.Before;
            side.Add(request, visitor, elapsed);
        }
    }

    private static RuleLists With(IReadOnlyCollection<KeyValuePair<string, RuleList>> live, IEnumerable<ListTrial> trials)
    {
        var lists = live.ToDictionary(StringComparer.Ordinal);
        foreach (var trial in trials)
        {
            lists[trial.Name] = trial.Candidate!;
        }

        return new RuleLists(lists);
    }
}

/// <summary>A list on trial.</summary>
/// <param name="Name">What rules call it.</param>
/// <param name="Candidate">What a share of the visitors meets, or null when it is live and only watched.</param>
/// <param name="Share">That share in percent; 100 when it is live.</param>
internal sealed record ListTrial(string Name, RuleList? Candidate, int Share)
{
    /// <summary>What is counted of those who meet the list before it.</summary>
    public SideCounts Before { get; } = new();

    /// <summary>What is counted of those who meet it.</summary>
    public SideCounts OnTrial { get; } = new();

    /// <summary>The figures.</summary>
    public SideReading Read() => new(Before.Read(), OnTrial.Read());
}
