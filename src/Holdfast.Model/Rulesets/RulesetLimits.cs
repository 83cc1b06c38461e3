using System.Collections.Immutable;

namespace Holdfast.Model.Rulesets;

/// <summary>How much rulesets may be. None of these is a setting: what control takes, every edge takes.</summary>
public static class RulesetLimits
{
    /// <summary>Rules of a zone, in all of its rulesets together: ten thousand are what one zone's rules are planned for.</summary>
    public const int RulesInZone = 10_000;

    /// <summary>Rulesets of the account: its entry points, and ten times as many custom rulesets as people have.</summary>
    public const int RulesetsInAccount = 100;

    /// <summary>Rules of the account, in all of its rulesets together: every zone may have to ask all of them.</summary>
    public const int RulesInAccount = 10_000;

    /// <summary>Categories of a rule.</summary>
    public const int Categories = 16;

    /// <summary>Characters of a category's name.</summary>
    public const int CategoryCharacters = 64;

    /// <summary>Single rules that one rule skips: as many as it can override.</summary>
    public const int SkippedRules = 1000;

    /// <summary>Overrides of rules, and of categories, where a ruleset is executed: as many as it may have rules that differ, within reason.</summary>
    public const int Overrides = 1000;

    /// <summary>The actions that an override can give a rule: those that need no parameters.</summary>
    public static ImmutableArray<string> OverridingActions { get; } = ["block", "log"];

    /// <summary>Characters of a ruleset's name: what a list shows on a line or two.</summary>
    public const int NameCharacters = 255;

    /// <summary>Characters of a description, of a ruleset or a rule.</summary>
    public const int DescriptionCharacters = 1024;

    /// <summary>Characters of a rule's ref.</summary>
    public const int RefCharacters = 64;

    /// <summary>Bytes of a body that a rule answers with, in UTF-8: 30 KB, as Cloudflare has it.</summary>
    public const int ContentBytes = 30 * 1024;

    /// <summary>Lowest status of the answer of a rule that blocks.</summary>
    public const int LowestBlockStatus = 400;

    /// <summary>Highest status of such an answer.</summary>
    public const int HighestBlockStatus = 499;

    /// <summary>Versions of a ruleset that are kept; the oldest go first.</summary>
    public const int KeptVersions = 100;

    /// <summary>The content types that a rule can answer with.</summary>
    public static ImmutableArray<string> ContentTypes { get; } = ["application/json", "text/html", "text/plain", "text/xml"];

    /// <summary>The phases that a rule can skip; they come after the phase that such rules stand in.</summary>
    public static ImmutableArray<string> SkippablePhases { get; } =
    ["http_ratelimit", "http_request_firewall_managed", "http_request_sbfm"];

    /// <summary>The older products that a rule can skip.</summary>
    public static ImmutableArray<string> SkippableProducts { get; } =
    ["bic", "hot", "rateLimit", "securityLevel", "uaBlock", "waf", "zoneLockdown"];
}
