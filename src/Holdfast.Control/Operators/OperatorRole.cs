using System.Collections.Immutable;
using Holdfast.Control.Access;

namespace Holdfast.Control.Operators;

/// <summary>What an operator is.</summary>
internal enum OperatorRole
{
    /// <summary>May do everything.</summary>
    Administrator = 1,

    /// <summary>May change every zone and see the account; not operators, tokens, nodes.</summary>
    Editor = 2,

    /// <summary>May see zones and the account.</summary>
    Viewer = 3,
}

/// <summary>The roles as policies.</summary>
internal static class OperatorRoles
{
    private static readonly ImmutableArray<Policy> Everything = [Policy.Everything];

    private static readonly ImmutableArray<Policy> Editing =
    [
        Policy.Everything with
        {
            Groups =
            [
                .. PermissionGroups.All.Where(group =>
                    group.Scope == ResourceScope.Zone || (group.Scope == ResourceScope.Account && group.OnlyReads)
                ),
            ],
        },
    ];

    private static readonly ImmutableArray<Policy> Viewing =
    [
        Policy.Everything with
        {
            Groups = [.. PermissionGroups.All.Where(group => group.Scope != ResourceScope.User && group.OnlyReads)],
        },
    ];

    /// <summary>The names in the API, in the order of what they may do.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Enum.GetValues<OperatorRole>().Select(NameOf)];

    /// <summary>What an operator of this role may do.</summary>
    public static IReadOnlyList<Policy> PoliciesOf(OperatorRole role) =>
        role switch
        {
            OperatorRole.Administrator => Everything,
            OperatorRole.Editor => Editing,
            _ => Viewing,
        };

    /// <summary>An operator as the caller of a request.</summary>
    /// <param name="known">Who.</param>
    /// <param name="kind">What they presented.</param>
    /// <param name="credentialId">The session's id, or the operator's.</param>
    public static Caller CallerOf(StoredOperator known, CredentialKind kind, string credentialId) =>
        new(credentialId, known.Email, PoliciesOf(known.Role))
        {
            Credential = kind,
            OperatorId = known.Id,
            MayDelegateTokens = known.Role == OperatorRole.Administrator,
        };

    /// <summary>Whether the caller may do all that the role may: nobody gives away more than they have.</summary>
    public static bool MayGrant(Caller caller, OperatorRole role) =>
        PoliciesOf(role)
            .SelectMany(policy => policy.Groups)
            .All(group => group.Scope == ResourceScope.Zone ? caller.MayEverywhere(group) : caller.May(group));

    /// <summary>The role's name in the API.</summary>
    public static string NameOf(OperatorRole role) => role.ToString().ToLowerInvariant();

    /// <summary>The role of that name, or null.</summary>
    public static OperatorRole? Find(string name) =>
        Enum.GetValues<OperatorRole>().Cast<OperatorRole?>().FirstOrDefault(role => NameOf(role!.Value) == name);
}
