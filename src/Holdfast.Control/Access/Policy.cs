namespace Holdfast.Control.Access;

/// <summary>One policy of a token: groups allowed, or denied, on resources.</summary>
/// <param name="Allows">Whether it allows; one that denies wins over all that allow.</param>
/// <param name="Groups">What is allowed or denied.</param>
/// <param name="Resources">On what.</param>
internal sealed record Policy(bool Allows, IReadOnlyList<PermissionGroup> Groups, PolicyResources Resources)
{
    /// <summary>Everything, everywhere.</summary>
    public static Policy Everything { get; } = new(true, PermissionGroups.All, PolicyResources.Everything);

    /// <summary>
    /// Whether the policy speaks of this operation. One that denies a group denies what contains it too: who may not read may not write.
    /// </summary>
    public bool Concerns(PermissionGroup needed) =>
        Allows ? Groups.Any(group => group.Covers(needed)) : Groups.Any(group => needed.Covers(group));
}

/// <summary>The resources that a policy names.</summary>
/// <param name="User">Whether it names the operator.</param>
/// <param name="Account">Whether it names the account.</param>
/// <param name="AllZones">Whether it names every zone, those to come included.</param>
/// <param name="Zones">The ids of the zones that it names one by one.</param>
internal sealed record PolicyResources(bool User, bool Account, bool AllZones, IReadOnlySet<string> Zones)
{
    /// <summary>Everything there is.</summary>
    public static PolicyResources Everything { get; } = new(true, true, true, new HashSet<string>());

    /// <summary>Whether it names anything of this kind.</summary>
    public bool Has(ResourceScope scope) =>
        scope switch
        {
            ResourceScope.User => User,
            ResourceScope.Account => Account,
            _ => AllZones || Zones.Count > 0,
        };

    /// <summary>Whether it names the zone.</summary>
    public bool HasZone(string zoneId) => AllZones || Zones.Contains(zoneId);
}
