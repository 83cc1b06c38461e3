using Holdfast.Model.Rulesets;

namespace Holdfast.Edge.Rules.Executing;

/// <summary>
/// The account's rulesets that this edge has. Zones are compiled with those of one moment, and compiled again when they change. Changed by
/// the thread of the releases alone, read by any.
/// </summary>
internal sealed class AccountRulesetTable
{
    private readonly SortedDictionary<int, AccountRuleset> _rulesets = [];
    private volatile AccountRules _current = AccountRules.None;

    /// <summary>All of them, as they are now.</summary>
    public AccountRules Current => _current;

    /// <summary>Told of every change, to compile all zones anew.</summary>
    public Action? Changed { get; set; }

    /// <summary>Why a ruleset cannot be taken into use beside the others, or null.</summary>
    /// <param name="wanted">The ruleset.</param>
    /// <param name="artifact">Its number in the store when it is known there.</param>
    public string? ProblemOf(RulesetConfig wanted, int? artifact)
    {
        var others = _rulesets.Where(entry => entry.Key != artifact).Select(entry => entry.Value.Config).ToList();
        var rules = others.Sum(other => other.Rules.Length) + wanted.Rules.Length;
        return others.FirstOrDefault(other =>
                wanted.Kind == RulesetKind.Root && other.Kind == RulesetKind.Root && other.Phase == wanted.Phase
            )
                is { } taken
                ? $"the phase {wanted.Phase} has the entry point {taken.Id} already"
            : others.FirstOrDefault(other =>
                wanted.Kind == RulesetKind.Access && other.Kind == RulesetKind.Access && other.Name == wanted.Name
            )
                is { } same
                ? $"there are access rules of the {wanted.Name} already, in {same.Id}"
            : others.Count >= RulesetLimits.RulesetsInAccount
                ? $"there are {others.Count} rulesets of the account, which is the most there can be"
            : rules > RulesetLimits.RulesInAccount ? $"with it the account had {rules} rules, and may have {RulesetLimits.RulesInAccount}"
            : null;
    }

    /// <summary>Takes a ruleset into use.</summary>
    /// <param name="artifact">Its number in the store.</param>
    /// <param name="ruleset">The ruleset.</param>
    /// <param name="context">What rules get of the edge.</param>
    public void Put(int artifact, AccountRuleset ruleset, RuleContext context)
    {
        _rulesets[artifact] = ruleset;
        Publish(context);
    }

    /// <summary>Takes a ruleset out of use: rules that execute it go on as if it had no rules.</summary>
    public void Remove(int artifact, RuleContext context)
    {
        if (_rulesets.Remove(artifact))
        {
            Publish(context);
        }
    }

    private void Publish(RuleContext context)
    {
        _current = AccountRules.Of([.. _rulesets.Values], context);
        Changed?.Invoke();
    }
}
