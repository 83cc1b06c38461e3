using Holdfast.Edge.Guard;
using Holdfast.Edge.KillSwitches;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Executing;
using Holdfast.Edge.Slices;
using Holdfast.Releases.Rollout;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Releases;

/// <summary>A ruleset of the account on trial: a share of the visitors has its zones with it, in all zones that use the account's rules.</summary>
/// <param name="rules">What rules get of the edge.</param>
/// <param name="kills">The kill switches.</param>
/// <param name="guard">The edge's guard.</param>
/// <param name="phase">Its phase.</param>
/// <param name="artifact">Its number in the store; null when it is new there.</param>
/// <param name="candidate">The ruleset, or null when it is live already.</param>
internal sealed class AccountRulesetSides(
    RuleContext rules,
    KillSwitchBoard kills,
    EdgeGuard guard,
    RulePhase phase,
    int? artifact,
    AccountRuleset? candidate
) : IReleaseSides
{
    private readonly AccountSideMaker _sides = new(rules, kills, new SideGuards(guard, EdgeModules.Of(phase).Bit));
    private AccountTrial? _trial;

    /// <inheritdoc/>
    public bool CanSlice => candidate is not null && artifact is { } known && rules.Account.Has(known);

    /// <inheritdoc/>
    public void Widen(int share)
    {
        if (share == 100)
        {
            _sides.Guards.Watch();
        }

        _trial = new AccountTrial(artifact ?? -1, share < 100 ? candidate : null, share, _sides);
        rules.Account.Try(_trial, rules);
    }

    /// <inheritdoc/>
    public SideReading Read() => _trial is { } trial ? new SideReading(trial.Before.Read(), trial.OnTrial.Read(), _sides.Broken) : default;

    /// <inheritdoc/>
    public void End()
    {
        if (_trial is { } trial)
        {
            rules.Account.EndTrial(trial, rules);
        }

        _sides.Guards.Forget();
    }
}
