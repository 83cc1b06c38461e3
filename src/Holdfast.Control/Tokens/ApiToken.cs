using System.Collections.Immutable;
using Holdfast.Control.Access;

namespace Holdfast.Control.Tokens;

/// <summary>A token as it is known here: its hash, never itself. Immutable.</summary>
internal sealed record ApiToken
{
    /// <summary>32 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required TokenOwner Owner { get; init; }

    /// <summary>What its owner calls it.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the token.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>Whether it is an admin token: it may do everything, what comes with later builds included.</summary>
    public required bool IsAdmin { get; init; }

    /// <summary>What it may do; empty for an admin token.</summary>
    public required ImmutableArray<WrittenPolicy> Policies { get; init; }

    /// <summary>Whether its owner switched it off.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>When it begins to hold (UTC), or null for at once.</summary>
    public DateTime? NotBefore { get; init; }

    /// <summary>When it ends, and where it may be used from.</summary>
    public CredentialBounds Bounds { get; init; } = CredentialBounds.None;

    /// <summary>When it was made.</summary>
    public required DateTime IssuedOn { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTime ModifiedOn { get; init; }

    /// <summary>Grows by one with each change; the entity tag.</summary>
    public long Generation { get; init; } = 1;

    /// <summary>The policies that requests are checked against.</summary>
    public IReadOnlyList<Policy> Rules => IsAdmin ? [Policy.Everything] : [.. Policies.Select(policy => policy.Rule)];

    /// <summary>Whether it lets its holder make and change tokens.</summary>
    public bool ManagesTokens => IsAdmin || Policies.Any(policy => policy.Allows && policy.Groups.Any(group => group.ManagesTokens));

    /// <summary><c>active</c>, <c>disabled</c> or <c>expired</c>, as the API says it.</summary>
    public string StatusAt(DateTime now) =>
        Bounds.ExpiresOn <= now ? "expired"
        : IsDisabled ? "disabled"
        : "active";

    /// <summary>
    /// Whether it keeps the door open: it may do everything, now and without end, from everywhere. While there is one, nobody is locked
    /// out for good.
    /// </summary>
    public bool IsKeeperAt(DateTime now) =>
        IsAdmin && !IsDisabled && Bounds.ExpiresOn is null && Bounds.Addresses.IsAnywhere && (NotBefore is null || NotBefore <= now);
}

/// <summary>Whose a token is; the numbers stand in the database.</summary>
internal enum TokenOwner
{
    /// <summary>A person's: <c>/client/v4/user/tokens</c>.</summary>
    User = 0,

    /// <summary>The account's, whoever comes and goes: <c>/client/v4/accounts/ID/tokens</c>.</summary>
    Account = 1,
}
