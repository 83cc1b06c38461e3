using System.Collections.Concurrent;
using Holdfast.Edge.Rules.Events;

namespace Holdfast.Edge.Rules.Counting;

/// <summary>
/// How often each rule has acted, and when it did last. It survives every change of configuration: a rule keeps its id. Any thread may use it.
/// </summary>
internal sealed class RuleCounts
{
    /// <summary>The most rules that are told apart, some 20 MB: what one edge's rules may be, and as many that are gone.</summary>
    public const int MostRules = 200_000;

    private readonly ConcurrentDictionary<(string Zone, string Rule), RuleCount> _rules = new();
    private long _acted;

    /// <summary>How often rules have acted, all together.</summary>
    public long Acted => Interlocked.Read(ref _acted);

    /// <summary>How many rules are told apart.</summary>
    public int Count => _rules.Count;

    /// <summary>The rules that have acted, as they are found: in no order.</summary>
    public IEnumerable<(string Zone, string Rule, RuleCount Count)> All =>
        _rules.Where(entry => entry.Value.Acted > 0).Select(entry => (entry.Key.Zone, entry.Key.Rule, entry.Value));

    /// <summary>A rule's count: the one that it had before, if it had one.</summary>
    /// <param name="zone">The zone's id.</param>
    /// <param name="rule">The rule's id.</param>
    /// <param name="action">What the rule does.</param>
    public RuleCount Of(string zone, string rule, string action)
    {
        if (_rules.TryGetValue((zone, rule), out var known))
        {
            known.Action = action;
            return known;
        }

        var count = new RuleCount(this, action);
        return _rules.Count >= MostRules ? count : _rules.GetOrAdd((zone, rule), count);
    }

    /// <summary>What has been counted since it was last taken, rule by rule. One caller at a time.</summary>
    /// <param name="most">How many rules at most; the others wait for the next call.</param>
    public List<(string Zone, string Rule, long Acted, long Last)> Take(int most)
    {
        var taken = new List<(string, string, long, long)>();
        foreach (var ((zone, rule), count) in _rules)
        {
            if (count.Take() is var acted and > 0)
            {
                taken.Add((zone, rule, acted, count.LastActed));
                if (taken.Count == most)
                {
                    break;
                }
            }
        }

        return taken;
    }

    internal void Add() => Interlocked.Increment(ref _acted);
}

/// <summary>How often one rule has acted. Any thread may use it.</summary>
internal sealed class RuleCount(RuleCounts all, string action)
{
    private long _acted;
    private long _last;
    private long _taken;

    /// <summary>What the rule does now.</summary>
    public string Action { get; set; } = action;

    /// <summary>Which of its acts are written down as events.</summary>
    public EventBudget Budget { get; } = new();

    /// <summary>How often it has acted.</summary>
    public long Acted => Interlocked.Read(ref _acted);

    /// <summary>When it acted last: milliseconds since the Unix epoch; 0 for never.</summary>
    public long LastActed => Interlocked.Read(ref _last);

    /// <summary>How often it has acted since this was last asked. One caller at a time.</summary>
    public long Take()
    {
        var acted = Acted;
        var since = acted - _taken;
        _taken = acted;
        return since;
    }

    /// <summary>It has acted.</summary>
    /// <param name="at">When, in milliseconds since the Unix epoch.</param>
    public void Add(long at)
    {
        Interlocked.Increment(ref _acted);
        Interlocked.Exchange(ref _last, at);
        all.Add();
    }
}
