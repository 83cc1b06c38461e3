using Holdfast.Edge.Slices;

namespace Holdfast.Edge.Rules.Executing;

/// <summary>A ruleset of the account on trial.</summary>
/// <param name="Artifact">Its number in the store.</param>
/// <param name="Candidate">What a share of the visitors meets, or null when it is live and only watched.</param>
/// <param name="Share">That share in percent; 100 when it is live.</param>
/// <param name="Sides">Makes zones ready with it.</param>
internal sealed record AccountTrial(int Artifact, AccountRuleset? Candidate, int Share, AccountSideMaker Sides)
{
    /// <summary>What is counted of those who meet the ruleset before it.</summary>
    public SideCounts Before { get; } = new();

    /// <summary>What is counted of those who meet it.</summary>
    public SideCounts OnTrial { get; } = new();
}
