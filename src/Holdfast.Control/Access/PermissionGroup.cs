namespace Holdfast.Control.Access;

/// <summary>One thing that a token's policy can allow or deny, as Cloudflare's API names it.</summary>
/// <param name="Id">32 lower-case hexadecimal digits, the same in every installation: scripts have them written down.</param>
/// <param name="Name">What people call it: <c>DNS Write</c>.</param>
/// <param name="Description">What it grants, in one sentence.</param>
/// <param name="Scope">What kind of resource a policy must name for it to mean anything.</param>
internal sealed record PermissionGroup(string Id, string Name, string Description, ResourceScope Scope)
{
    /// <summary>The weaker group that this one contains: to write is also to read. Null when there is none.</summary>
    public PermissionGroup? Includes { get; init; }

    /// <summary>Whether it lets its holder make and change tokens.</summary>
    public bool ManagesTokens => this == PermissionGroups.TokensWrite || this == PermissionGroups.AccountTokensWrite;

    /// <summary>Whether it lets its holder look and no more. What changes something contains what looks at it; to purge is a change alone.</summary>
    public bool OnlyReads => Includes is null && this != PermissionGroups.CachePurge;

    /// <summary>The scope as the API writes it: <c>com.cloudflare.api.account.zone</c>.</summary>
    public string ScopeName =>
        Scope switch
        {
            ResourceScope.User => ResourceName.User,
            ResourceScope.Account => ResourceName.Account,
            _ => ResourceName.Zone,
        };

    /// <summary>Whether who has this one may do what the other allows.</summary>
    public bool Covers(PermissionGroup needed) => Id == needed.Id || (Includes?.Covers(needed) ?? false);
}

/// <summary>The kinds of resource that policies speak of.</summary>
internal enum ResourceScope
{
    /// <summary>The operator: <c>com.cloudflare.api.user.ID</c>.</summary>
    User,

    /// <summary>The installation: <c>com.cloudflare.api.account.ID</c>.</summary>
    Account,

    /// <summary>A zone: <c>com.cloudflare.api.account.zone.ID</c>.</summary>
    Zone,
}
