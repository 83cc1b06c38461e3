namespace Holdfast.Model.Access;

/// <summary>An IP access rule of a zone, of the account or of its user: who is let in or kept out before any other rule is asked.</summary>
public sealed record AccessRule
{
    /// <summary>The id, which stays.</summary>
    public required string Id { get; init; }

    /// <summary>What becomes of the visitor.</summary>
    public required AccessMode Mode { get; init; }

    /// <summary>What <see cref="Value"/> is.</summary>
    public required AccessTarget Target { get; init; }

    /// <summary>
    /// Canonical: <c>192.0.2.1</c>, <c>2001:db8::/32</c>, <c>AS64496</c>, <c>DE</c>.
    /// </summary>
    public required string Value { get; init; }

    /// <summary>What its owner says of it, or empty.</summary>
    public required string Notes { get; init; }

    /// <summary>When it was made, UTC, in whole milliseconds.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed, UTC, in whole milliseconds.</summary>
    public required DateTimeOffset ModifiedAt { get; init; }
}

/// <summary>What an access rule does.</summary>
public enum AccessMode
{
    /// <summary>The request is refused.</summary>
    Block,

    /// <summary>The request is spared every rule and module of security that comes later.</summary>
    Whitelist,
}

/// <summary>What an access rule looks at, the most telling first: it decides where several rules are for a request.</summary>
public enum AccessTarget
{
    /// <summary>One address.</summary>
    Ip,

    /// <summary>A network.</summary>
    IpRange,

    /// <summary>An autonomous system.</summary>
    Asn,

    /// <summary>A country.</summary>
    Country,
}

/// <summary>How much access rules may be.</summary>
public static class AccessLimits
{
    /// <summary>Rules of a zone, and of the account, and of its user: more belong into a list.</summary>
    public const int RulesInZone = 1_000;

    /// <summary>Lockdowns of a zone, and user agent rules of a zone: more belong into custom rules.</summary>
    public const int OlderRulesInZone = 100;

    /// <summary>URLs of a lockdown.</summary>
    public const int LockdownUrls = 10;

    /// <summary>Characters of such a URL.</summary>
    public const int UrlCharacters = 200;

    /// <summary>Addresses and networks of a lockdown; longer ones are lists, which custom rules can name.</summary>
    public const int LockdownAddresses = 30;

    /// <summary>Highest priority of a lockdown.</summary>
    public const int HighestPriority = 1_000_000_000;

    /// <summary>Characters of a user agent.</summary>
    public const int UserAgentCharacters = 1_000;

    /// <summary>Characters of a rule's notes.</summary>
    public const int NotesCharacters = 500;
}
