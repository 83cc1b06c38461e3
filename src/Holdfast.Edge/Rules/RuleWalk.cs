using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Planning;

namespace Holdfast.Edge.Rules;

/// <summary>
/// One request's way through the rules of one ruleset, in their order: <c>while (walk.Next() is { } rule)</c> gives those that act. This is the
/// one place where filters are run. Where the rules are planned together, the plan looks at the request once; what a plan has looked at is to stay
/// as it is, so when a rule changes what later ones read, it looks again for those. Used on one thread; its user disposes of it.
/// </summary>
internal struct RuleWalk(RulesetRuntime ruleset, RuleTurn turn) : IDisposable
{
    // Where every rule changes something, looking again behind each would cost the square of their number.
    private const int MostLooks = 16;

    private RulePass? _pass;
    private int _next;
    private int _nextInPlan;
    private int _changes;
    private int _looks;
    private bool _isAlone = ruleset.Planned is null;

    /// <summary>
    /// The next rule that acts, or null: whose filter holds, and beyond whose limit the request is where it has one, and that no earlier rule has skipped. One that is unknown does not
    /// act (the design's law 4).
    /// </summary>
    public RuleRuntime? Next() => _isAlone ? NextAlone() : NextPlanned(ruleset.Planned!);

    /// <summary>The walk is over, wherever it stands.</summary>
    public void Dispose()
    {
        _pass?.Dispose();
        _pass = null;
    }

    private RuleRuntime? NextAlone()
    {
        var rules = ruleset.Rules.AsSpan();
        while (_next < rules.Length)
        {
            var rule = rules[_next++];
            if (Acts(rule, rule.Filter.Evaluate(turn.Signals, turn.Evaluation)))
            {
                return rule;
            }
        }

        return null;
    }

    private RuleRuntime? NextPlanned(PlannedRules planned)
    {
        if (_pass is null || _changes != turn.Signals.Changes)
        {
            Dispose();
            if (_looks > 0 && (_looks == MostLooks || ruleset.Rules.Length - _next < turn.Zone.Context.PlannedFrom))
            {
                _isAlone = true;
                return NextAlone();
            }

            _looks++;
            _changes = turn.Signals.Changes;
            _pass = planned.Plan.Begin(turn.Signals, turn.Evaluation, planned.Share);
            _pass.SkipTo(_nextInPlan);
        }

        while (_pass.Next(out var at, out var truth))
        {
            _nextInPlan = at + 1;
            var place = planned.PlaceOf(at);
            _next = place + 1;
            var rule = ruleset.Rules[place];
            if (Acts(rule, truth))
            {
                return rule;
            }
        }

        _next = ruleset.Rules.Length;
        return null;
    }

    private readonly bool Acts(RuleRuntime rule, Truth matches) =>
        rule.Limit is { } limit
            ? !turn.Skips(rule) && turn.Zone.Context.RateLimits.Acts(limit, matches, turn)
            : matches == Truth.True && !turn.Skips(rule);
}
