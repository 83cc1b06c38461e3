using System.Collections.Immutable;
using Holdfast.Edge.KillSwitches;
using Holdfast.Model.Access;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Rules.Executing;

/// <summary>
/// The account's rulesets as requests run on them: its entry points, and those that rules execute. Immutable. All zones share one, but those
/// of which a kill switch takes a part out; the compiled rules are the same in any case.
/// </summary>
internal sealed class AccountRules
{
    /// <summary>What rules of the account are counted under where those of a zone have its id; no zone has this one.</summary>
    public const string Scope = "00000000000000000000000000000000";

    private readonly ImmutableArray<AccountRuleset> _all;
    private readonly ImmutableArray<RulesetConfig> _left;
    private readonly RuleContext? _context;
    private readonly Dictionary<string, RulesetRuntime> _custom = new(StringComparer.Ordinal);

    private AccountRules(ImmutableArray<AccountRuleset> all, ImmutableArray<RulesetConfig> left, RuleContext? context)
    {
        _all = all;
        _left = left;
        _context = context;
        foreach (var config in left.Where(config => config.Kind == RulesetKind.Custom))
        {
            _custom.Add(config.Id, Runtime(config, null));
        }

        Access = [.. AccessOwners.All.SelectMany(owner => left.Where(config => config.Kind == RulesetKind.Access && config.Name == owner)).Select(Root)];
        Roots = [.. left.Where(config => config.Kind == RulesetKind.Root).Select(Root).OrderBy(root => root.Phase)];
    }

    /// <summary>None.</summary>
    public static AccountRules None { get; } = new([], [], null);

    /// <summary>The IP access rules, the account's before its user's.</summary>
    public ImmutableArray<RulesetRuntime> Access { get; }

    /// <summary>The entry points with rules that are on, in the order of their phases.</summary>
    public ImmutableArray<RulesetRuntime> Roots { get; }

    /// <summary>Of these.</summary>
    public static AccountRules Of(ImmutableArray<AccountRuleset> all, RuleContext context) =>
        all.IsEmpty ? None : new AccountRules(all, [.. all.Select(ruleset => ruleset.Config)], context);

    /// <summary>The same without what kill switches take out for a zone.</summary>
    /// <param name="kills">The kill switches.</param>
    /// <param name="zone">The zone as it is left.</param>
    /// <param name="notes">Gets the ids of the switches that have something to take out that the zone's requests could meet.</param>
    public AccountRules Without(KillSet kills, ZoneConfig zone, ref ImmutableArray<byte[]> notes)
    {
        if (_all.IsEmpty)
        {
            return this;
        }

        var left = kills.Apply(_left, zone, ref notes);
        return left == _left ? this : new AccountRules(_all, left, _context);
    }

    /// <summary>What a rule executes.</summary>
    /// <param name="action">What the rule does.</param>
    /// <param name="phase">The rule's phase.</param>
    /// <returns>Null when there is no such ruleset in this phase.</returns>
    public RulesetRuntime? Executed(ExecuteAction action, RulePhase phase) =>
        !_custom.TryGetValue(action.Ruleset, out var ruleset) || ruleset.Phase != phase ? null
        : action.Overrides is null ? ruleset
        : Runtime(ruleset.Config, action.Overrides);

    private AccountRuleset Of(RulesetConfig config) => _all.First(ruleset => ruleset.Config.Id == config.Id);

    private RulesetRuntime Runtime(RulesetConfig config, ExecuteOverrides? overrides)
    {
        var compiled = Of(config);
        var rules = ImmutableArray.CreateBuilder<RuleRuntime>(config.Rules.Length);
        var byId = overrides?.Rules.ToDictionary(item => item.Rule, item => item.Override, StringComparer.Ordinal);
        foreach (var rule in config.Rules)
        {
            var different = overrides is null ? RuleOverride.None : DifferenceOf(rule, overrides, byId!);
            if (different.Enabled ?? rule.Enabled)
            {
                var runtime = compiled.Rule(rule.Id);
                rules.Add(different.Action is { } action ? runtime.Doing(action) : runtime);
            }
        }

        var left = rules.DrainToImmutable();
        return RulesetRuntime.Of(config, compiled.Phase, left, compiled.Planned(left));
    }

    private RulesetRuntime Root(RulesetConfig config)
    {
        var compiled = Of(config);
        ImmutableArray<RuleRuntime> rules =
        [
            .. config
                .Rules.Where(rule => rule.Enabled)
                .Select(rule =>
                    rule.Action is ExecuteAction execute
                        ? RuleRuntime.OfAccount(rule, compiled.Phase, config.Id, _context!, Executed(execute, compiled.Phase))
                        : compiled.Rule(rule.Id)
                ),
        ];
        return RulesetRuntime.Of(config, compiled.Phase, rules, compiled.Planned(rules));
    }

    private static RuleOverride DifferenceOf(RuleConfig rule, ExecuteOverrides overrides, Dictionary<string, RuleOverride> byId)
    {
        var different = byId.GetValueOrDefault(rule.Id, RuleOverride.None);
        for (var i = overrides.Categories.Length - 1; i >= 0; i--)
        {
            if (rule.Categories.Contains(overrides.Categories[i].Category))
            {
                different = different.Or(overrides.Categories[i].Override);
            }
        }

        return different.Or(overrides.All);
    }
}
