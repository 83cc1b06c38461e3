using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Rules.Effects;

/// <summary>Where what protects a zone comes from, in the names that Logpush has for it.</summary>
internal static class SecuritySources
{
    /// <summary>A rate limit.</summary>
    public static ReadOnlySpan<byte> RateLimit => "rateLimit"u8;

    /// <summary>A custom rule.</summary>
    public static ReadOnlySpan<byte> FirewallCustom => "firewallCustom"u8;

    /// <summary>A rule of a phase that protects.</summary>
    public static ReadOnlySpan<byte> Of(RulePhase phase) => phase == RulePhase.HttpRatelimit ? RateLimit : FirewallCustom;
}
