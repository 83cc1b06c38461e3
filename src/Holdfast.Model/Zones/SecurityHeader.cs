namespace Holdfast.Model.Zones;

/// <summary>What a zone's responses tell browsers (<c>security_header</c>): RFC 6797's policy, and not to guess content types.</summary>
public sealed record SecurityHeader
{
    /// <summary>Largest accepted <see cref="MaxAgeSeconds"/>: two years, the longest that preload lists ask for.</summary>
    public const int MaxAgeSecondsLimit = 63_072_000;

    /// <summary>Whether responses over HTTPS carry <c>Strict-Transport-Security</c>, in place of the origin's. Default no.</summary>
    public bool Enabled { get; init; }

    /// <summary>For how many seconds browsers keep to HTTPS: 0 (forget it) to 63,072,000. Default 0.</summary>
    public int MaxAgeSeconds { get; init; }

    /// <summary>Whether the policy holds for every host below this one. Default no.</summary>
    public bool IncludeSubdomains { get; init; }

    /// <summary>Whether the owner agrees that browsers ship with the policy. Default no.</summary>
    public bool Preload { get; init; }

    /// <summary>Whether responses carry <c>X-Content-Type-Options: nosniff</c>. It holds also when <see cref="Enabled"/> is not set. Default no.</summary>
    public bool Nosniff { get; init; }
}
