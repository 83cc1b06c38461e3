namespace Holdfast.Rules.Planning;

/// <summary>Some of a plan's rules, made by <see cref="RulePlan.ShareOf"/>: for a pass the others are absent, none of them is asked. Immutable.</summary>
public sealed class PlanShare
{
    internal PlanShare(ulong[] rules, bool[] sources) => (Rules, Sources) = (rules, sources);

    internal ulong[] Rules { get; }

    internal bool[] Sources { get; }
}
