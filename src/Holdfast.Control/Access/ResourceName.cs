using System.Collections.Immutable;
using Holdfast.Artifacts;

namespace Holdfast.Control.Access;

/// <summary>One resource of a policy as its owner wrote it.</summary>
/// <param name="Name"><c>com.cloudflare.api.account.zone.ID</c> and the like.</param>
/// <param name="Within">
/// The zones of the account <paramref name="Name"/> that are meant instead of the account itself; empty when it is the resource itself.
/// </param>
internal sealed record ResourceName(string Name, ImmutableArray<string> Within)
{
    public const string User = "com.cloudflare.api.user";
    public const string Account = "com.cloudflare.api.account";
    public const string Zone = "com.cloudflare.api.account.zone";

    /// <summary>What may stand in a policy's resources, for messages.</summary>
    public const string Forms =
        $"{Zone}.ID, {Zone}.*, {Account}.ID, {Account}.*, {User}.ID, each \"*\"; or {Account}.ID with an object of zones";

    /// <summary>The resources of several names together.</summary>
    public static PolicyResources Resources(IReadOnlyCollection<ResourceName> names)
    {
        var flat = names.Where(name => name.Within.IsEmpty).Select(name => name.Name).ToList();
        var zones = flat.Concat(names.SelectMany(name => name.Within)).Select(ZoneOf).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return new PolicyResources(flat.Exists(IsUser), flat.Exists(IsAccount), zones.Remove("*"), zones);
    }

    /// <summary>The zone that a name means: its id or <c>*</c>; null when it means no zone.</summary>
    public static string? ZoneOf(string name) => Tail(name, Zone) is { } id && (id == "*" || ArtifactId.IsWellFormed(id)) ? id : null;

    /// <summary>The account that a name means: its id or <c>*</c>; null when it means no account.</summary>
    public static string? AccountOf(string name) => Tail(name, Account) is { } id && (id == "*" || ArtifactId.IsWellFormed(id)) ? id : null;

    /// <summary>The user that a name means; null when it means no user.</summary>
    public static string? UserOf(string name) => Tail(name, User) is { } id && ArtifactId.IsWellFormed(id) ? id : null;

    private static bool IsAccount(string name) => AccountOf(name) is not null;

    private static bool IsUser(string name) => UserOf(name) is not null;

    private static string? Tail(string name, string kind) =>
        name.Length > kind.Length + 1 && name.StartsWith(kind, StringComparison.Ordinal) && name[kind.Length] == '.'
            ? name[(kind.Length + 1)..]
            : null;
}
