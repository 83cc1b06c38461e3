using System.Collections.Immutable;

namespace Holdfast.Model.Access;

/// <summary>Whose access rules for all zones are: the names of their rulesets.</summary>
public static class AccessOwners
{
    /// <summary>The account.</summary>
    public const string Account = "account";

    /// <summary>Its user.</summary>
    public const string User = "user";

    /// <summary>All of them, in the order in which their rules are asked.</summary>
    public static ImmutableArray<string> All { get; } = [Account, User];
}
