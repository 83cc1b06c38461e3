using System.Text;
using Holdfast.Edge.Bots;
using Holdfast.Edge.Lists;
using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Rules.Counting;
using Holdfast.Edge.Rules.Events;
using Holdfast.Edge.Rules.Executing;

namespace Holdfast.Edge.Rules;

/// <summary>What rules get of their edge.</summary>
/// <param name="place">The edge's place, <c>cf.colo.name</c>.</param>
/// <param name="counts">How often rules have acted.</param>
/// <param name="rateLimits">What counts for rate limits.</param>
internal sealed class RuleContext(string place, RuleCounts counts, RateLimitPhase rateLimits)
{
    /// <summary>See <see cref="PlannedFrom"/>: a plan's look at a request costs about what so many rules cost one by one.</summary>
    public const int UsuallyPlannedFrom = 32;

    /// <summary>So many rules of one ruleset are planned together; fewer are asked one by one.</summary>
    public int PlannedFrom { get; init; } = UsuallyPlannedFrom;

    /// <summary>The edge's place.</summary>
    public byte[] Place { get; } = Encoding.UTF8.GetBytes(place);

    /// <summary>How often rules have acted; it outlives every change of the rules.</summary>
    public RuleCounts Counts => counts;

    /// <summary>Where security events go; null when nobody takes them.</summary>
    public SecurityEvents? Events { get; init; }

    /// <summary>The account's lists.</summary>
    public ListTable Lists { get; init; } = new();

    /// <summary>The bot feature file.</summary>
    public BotFeatureTable Bots { get; init; } = new();

    /// <summary>Who knows crawlers; null where nobody does.</summary>
    public BotDirectory? Crawlers { get; init; }

    /// <summary>The account's rulesets.</summary>
    public AccountRulesetTable Account { get; init; } = new();

    /// <summary>What counts for rate limits; it too outlives every change of the rules.</summary>
    public RateLimitPhase RateLimits => rateLimits;
}
