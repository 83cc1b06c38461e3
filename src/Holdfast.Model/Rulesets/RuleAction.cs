using System.Collections.Immutable;

namespace Holdfast.Model.Rulesets;

/// <summary>What a rule does with a request that it is for.</summary>
/// <param name="Name">The action's name in the API: <c>block</c>.</param>
public abstract record RuleAction(string Name);

/// <summary>The request is answered by the edge, and goes no further.</summary>
/// <param name="Response">The answer; null for the edge's own page with code 1020, or with 1015 where the rule is a rate limit.</param>
public sealed record BlockAction(BlockResponse? Response) : RuleAction("block");

/// <summary>The answer to a request that is blocked.</summary>
/// <param name="StatusCode">From <see cref="RulesetLimits.LowestBlockStatus"/> to <see cref="RulesetLimits.HighestBlockStatus"/>.</param>
/// <param name="ContentType">One of <see cref="RulesetLimits.ContentTypes"/>.</param>
/// <param name="Content">The body; at most <see cref="RulesetLimits.ContentBytes"/>.</param>
public sealed record BlockResponse(int StatusCode, string ContentType, string Content);

/// <summary>The request is spared what comes after this rule. It goes on, whatever a later rule or module would say (the design's law 23).</summary>
/// <param name="Ruleset">Whether the ruleset's later rules are skipped.</param>
/// <param name="Phases">The later phases that are skipped whole, by their names in the API.</param>
/// <param name="Products">The older products that are skipped, by their names in the API.</param>
/// <param name="Phase">Whether all that comes later in the rule's own phase is skipped, in other rulesets too.</param>
public sealed record SkipAction(bool Ruleset, ImmutableArray<string> Phases, ImmutableArray<string> Products, bool Phase = false)
    : RuleAction("skip")
{
    /// <summary>The account's rulesets whose rules are skipped from here on, by their ids. One that is not there is nothing to skip.</summary>
    public ImmutableArray<string> Rulesets { get; init; } = [];

    /// <summary>Single rules of the account's rulesets that are skipped from here on, by the ids of both; each ruleset once.</summary>
    public ImmutableArray<(string Ruleset, ImmutableArray<string> Rules)> Rules { get; init; } = [];
}

/// <summary>The request is noted in the log, and goes on.</summary>
public sealed record LogAction() : RuleAction("log");
