using Holdfast.Edge.KillSwitches;
using Holdfast.Edge.Slices;
using Holdfast.Edge.Zones;

namespace Holdfast.Edge.Rules.Executing;

/// <summary>Makes zones ready with rulesets of the account that are on trial: each once, when a visitor comes who is to meet it. Any thread.</summary>
/// <param name="rules">What rules get of the edge.</param>
/// <param name="kills">The kill switches.</param>
/// <param name="guards">What guards the modules of these zones.</param>
internal sealed class AccountSideMaker(RuleContext rules, KillSwitchBoard kills, SideGuards guards)
{
    private volatile string? _broken;

    /// <summary>Why what is on trial is bad beyond doubt, or null.</summary>
    public string? Broken => _broken ?? guards.Broken();

    /// <summary>What guards them.</summary>
    public SideGuards Guards => guards;

    /// <summary>Compiles a zone's rules with the account's of one side.</summary>
    /// <returns>Null when it cannot be; then the release is taken back.</returns>
    public ZoneRuntime? Make(AccountSide side, ZoneRuntime live)
    {
        try
        {
            var notes = live.KillSwitches;
            var account = side.Rules.Without(kills.Set, live.Config, ref notes);
            return live.Beside(side, guards.Beside(live.Guard), ZoneRules.Of(live.Config, rules, account), notes);
        }
        catch (Exception e)
        {
            // It was compiled for itself: a zone with which that does not go shows what is wrong with it.
            _broken = $"the zone {live.Config.Name} cannot be compiled with it: {e.GetType().Name}: {e.Message}";
            return null;
        }
    }
}
