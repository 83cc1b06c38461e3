using System.Collections.Immutable;

namespace Holdfast.Model.Rulesets;

/// <summary>One rule: when its expression holds for a request, it acts.</summary>
public sealed record RuleConfig
{
    /// <summary>32 lower-case hexadecimal digits, unique for ever; the same through all of the rule's changes.</summary>
    public required string Id { get; init; }

    /// <summary>The name that its owner knows it by; the id unless another was given. Each once in a ruleset.</summary>
    public required string Ref { get; init; }

    /// <summary>From 1, and one more with every change of the rule.</summary>
    public required long Version { get; init; }

    /// <summary>When the rule was last changed, UTC, in whole milliseconds.</summary>
    public required DateTimeOffset LastUpdated { get; init; }

    /// <summary>When it acts, in the rules language, as it was written.</summary>
    public required string Expression { get; init; }

    /// <summary>What it does.</summary>
    public required RuleAction Action { get; init; }

    /// <summary>The limit beyond which it acts; null for a rule that acts on every request that its expression holds for.</summary>
    public RateLimitConfig? RateLimit { get; init; }

    /// <summary>Whether it is asked at all. Default yes.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Whether the log names it when it acts; null for the action's own habit, which is yes.</summary>
    public bool? Logging { get; init; }

    /// <summary>What kinds of rule it is one of, for overrides where its ruleset is executed; each once.</summary>
    public ImmutableArray<string> Categories { get; init; } = [];

    /// <summary>What it is for, or empty.</summary>
    public string Description { get; init; } = "";
}
