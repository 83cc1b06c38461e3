using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Access;

/// <summary>Who makes a request, and what they may do. Immutable; a request keeps the one that it began with.</summary>
/// <param name="CredentialId">The id of the token or session that was presented.</param>
/// <param name="Name">What the audit log calls it.</param>
/// <param name="Policies">What the credential may do.</param>
internal sealed record Caller(string CredentialId, string Name, IReadOnlyList<Policy> Policies)
{
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

/// <summary>A set of zones: all but some, or some. An empty selection means none, never all.</summary>
/// <param name="All">Whether it is all but <paramref name="Ids"/>.</param>
/// <param name="Ids">Those left out, or those meant.</param>
internal sealed record ZoneSelection(bool All, IReadOnlySet<string> Ids)
{
    /// <summary>No zone.</summary>
    public static ZoneSelection None { get; } = new(false, new HashSet<string>());
}
