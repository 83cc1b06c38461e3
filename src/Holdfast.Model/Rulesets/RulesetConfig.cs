using System.Collections.Immutable;
using Holdfast.Model.Access;

namespace Holdfast.Model.Rulesets;

/// <summary>The rules of one phase, in the order in which they are asked, as their owner wrote them.</summary>
public sealed record RulesetConfig
{
    /// <summary>32 lower-case hexadecimal digits, unique for ever.</summary>
    public required string Id { get; init; }

    /// <summary>What its owner calls it.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for, or empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>The phase, as the API names it: <c>http_request_firewall_custom</c>.</summary>
    public required string Phase { get; init; }

    /// <summary>Whose it is, and when its rules are asked.</summary>
    public RulesetKind Kind { get; init; } = RulesetKind.Zone;

    /// <summary>From 1, and one more with every change.</summary>
    public required long Version { get; init; }

    /// <summary>When it was last changed, UTC, in whole milliseconds.</summary>
    public required DateTimeOffset LastUpdated { get; init; }

    /// <summary>The rules.</summary>
    public ImmutableArray<RuleConfig> Rules { get; init; } = [];

    /// <summary>The IP access rules of a ruleset of the kind <see cref="RulesetKind.Access"/>, which has no others.</summary>
    public ImmutableArray<AccessRule> AccessRules { get; init; } = [];
}

/// <summary>Whose a ruleset is, and when its rules are asked; the names are Cloudflare's.</summary>
public enum RulesetKind
{
    /// <summary>A zone's entry point of its phase: asked for the zone's requests, behind the account's.</summary>
    Zone,

    /// <summary>The account's entry point of its phase: asked for the requests of every zone, before the zone's own.</summary>
    Root,

    /// <summary>The account's: asked where a rule of an entry point executes it.</summary>
    Custom,

    /// <summary>
    /// The account's or its user's IP access rules, by the name <see cref="AccessOwners"/> has for whose they are: asked for the requests of every
    /// zone, behind the zone's own access rules and before all other rules.
    /// </summary>
    Access,
}
