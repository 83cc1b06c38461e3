using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Model.Rulesets;

namespace Holdfast.Control.Storage;

/// <summary>What becomes of one of a zone's or the account's rulesets.</summary>
/// <param name="Before">As it was; null when it is new.</param>
/// <param name="After">As it shall be, without its new version; null when it is to be gone.</param>
internal sealed record RulesetChange(RulesetConfig? Before, RulesetConfig? After)
{
    /// <summary>Whether nothing changes.</summary>
    public bool IsNone => ReferenceEquals(Before, After);

    /// <summary>The same with the version that it makes, and nothing at all when it says what was there.</summary>
    public RulesetChange Versioned() =>
        Before is null || After is null ? this
        : JsonNode.DeepEquals(RulesetJson.Write(Before), RulesetJson.Write(After with { LastUpdated = Before.LastUpdated }))
            ? new RulesetChange(Before, Before)
        : new RulesetChange(Before, After with { Version = Before.Version + 1 });

    /// <summary>The rulesets after it, in the order of their phases.</summary>
    public ImmutableArray<RulesetConfig> In(ImmutableArray<RulesetConfig> all)
    {
        var others = all.Where(ruleset => ruleset.Id != Before?.Id);
        return [.. (After is null ? others : others.Append(After)).OrderBy(ruleset => RulesetPhase.Order(ruleset.Phase))];
    }
}
