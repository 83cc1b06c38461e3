using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Access;

/// <summary>Who makes a request, and what they may do. Immutable; a request keeps the one that it began with.</summary>
/// <param name="CredentialId">The id of the token or session that was presented.</param>
/// <param name="Name">What the audit log calls it.</param>
/// <param name="Policies">What the credential may do.</param>
internal sealed record Caller(string CredentialId, string Name, IReadOnlyList<Policy> Policies)
{
    /// <summary>What bounds the credential beside its policies; what it makes is bounded at least as much.</summary>
    public CredentialBounds Bounds { get; init; } = CredentialBounds.None;

    /// <summary>
    /// Whether it may let others manage tokens. People and the admin token may. A token may not: one that leaked could make another of
    /// its kind, and deleting it would not end the matter.
    /// </summary>
    public bool MayDelegateTokens { get; init; }

    /// <summary>Whether its requests are counted against the limit of requests.</summary>
    public bool IsCounted { get; init; } = true;

    /// <summary>What kind of credential was presented.</summary>
    public CredentialKind Credential { get; init; } = CredentialKind.Token;

    /// <summary>The operator who it is, or null when a token speaks for nobody.</summary>
    public string? OperatorId { get; init; }

    /// <summary>The caller of a request that was authenticated.</summary>
    /// <exception cref="InvalidOperationException">It was not.</exception>
    public static Caller Of(HttpContext context) =>
        context.Items.TryGetValue(typeof(Caller), out var caller) && caller is Caller known
            ? known
            : throw new InvalidOperationException("the request was not authenticated");

    /// <summary>The caller, or null when the request was not authenticated.</summary>
    public static Caller? Find(HttpContext context) => context.Items.TryGetValue(typeof(Caller), out var caller) ? caller as Caller : null;

    /// <summary>Makes this the request's caller.</summary>
    public void Enter(HttpContext context) => context.Items[typeof(Caller)] = this;

    /// <summary>Whether the caller may do this to the operator or the account.</summary>
    public bool May(PermissionGroup needed) =>
        Decide(needed, resources => needed.Scope == ResourceScope.User ? resources.User : resources.Account);

    /// <summary>Whether the caller may do this to a zone.</summary>
    public bool May(PermissionGroup needed, string zoneId) => Decide(needed, resources => resources.HasZone(zoneId));

    /// <summary>Whether the caller may do this to all zones, those included that do not exist yet.</summary>
    public bool MayEverywhere(PermissionGroup needed) =>
        Policies.Any(policy => policy.Allows && policy.Resources.AllZones && policy.Concerns(needed))
        && !Policies.Any(policy =>
            !policy.Allows && policy.Concerns(needed) && (policy.Resources.AllZones || policy.Resources.Zones.Count > 0)
        );

    /// <summary>The zones that the caller may do this to.</summary>
    public ZoneSelection ZonesWith(PermissionGroup needed)
    {
        var allowed = Policies.Where(policy => policy.Allows && policy.Concerns(needed)).Select(policy => policy.Resources).ToList();
        var denied = Policies.Where(policy => !policy.Allows && policy.Concerns(needed)).Select(policy => policy.Resources).ToList();
        if (denied.Exists(resources => resources.AllZones))
        {
            return ZoneSelection.None;
        }

        var except = denied.SelectMany(resources => resources.Zones).ToHashSet();
        return allowed.Exists(resources => resources.AllZones)
            ? new ZoneSelection(true, except)
            : new ZoneSelection(false, allowed.SelectMany(resources => resources.Zones).Except(except).ToHashSet());
    }

    /// <summary>Whether the caller may do everything that these policies allow, and at least as long and from as many places.</summary>
    public bool Holds(IReadOnlyList<Policy> policies, CredentialBounds bounds)
    {
        var other = new Caller(CredentialId, Name, policies);
        return bounds.AreWithin(Bounds)
            && PermissionGroups.All.All(group =>
                group.Scope == ResourceScope.Zone ? ZonesWith(group).Contains(other.ZonesWith(group)) : !other.May(group) || May(group)
            );
    }

    private bool Decide(PermissionGroup needed, Func<PolicyResources, bool> names)
    {
        var allowed = false;
        foreach (var policy in Policies)
        {
            if (policy.Concerns(needed) && names(policy.Resources))
            {
                if (!policy.Allows)
                {
                    return false;
                }

                allowed = true;
            }
        }

        return allowed;
    }
}

/// <summary>The kinds of credential.</summary>
internal enum CredentialKind
{
    /// <summary>An API token: <c>Authorization: Bearer</c>.</summary>
    Token,

    /// <summary>A session that an operator signed in to.</summary>
    Session,

    /// <summary>An operator's API key: <c>X-Auth-Email</c> and <c>X-Auth-Key</c>.</summary>
    ApiKey,
}
