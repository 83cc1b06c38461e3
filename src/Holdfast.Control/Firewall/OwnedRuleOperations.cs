using Holdfast.Control.Access;
using Holdfast.Control.Accounts;
using Holdfast.Control.Operations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Firewall;

/// <summary>The five calls on the rules of one kind of an owner.</summary>
internal sealed class OwnedRuleOperations
{
    private readonly ApiOperation _list;
    private readonly ApiOperation _create;
    private readonly ApiOperation _get;
    private readonly ApiOperation _update;
    private readonly ApiOperation _delete;

    /// <param name="path">Behind the owner's path.</param>
    /// <param name="parameter">The route value that names a rule.</param>
    /// <param name="tag">Their tag in the OpenAPI document.</param>
    /// <param name="noun">What a rule is called, with its article, and what several are.</param>
    /// <param name="filters">The query parameters of the list, without the paging.</param>
    /// <param name="rule">A rule as the API shows it.</param>
    /// <param name="body">What makes one.</param>
    /// <param name="update">How one is changed.</param>
    /// <param name="deleted">The answer to a delete.</param>
    /// <param name="owner">Whose they are; a zone's when it is left out.</param>
    public OwnedRuleOperations(
        string path,
        string parameter,
        string tag,
        (string One, string Many) noun,
        IReadOnlyList<ApiParameter> filters,
        ApiSchema rule,
        ApiSchema body,
        OwnedRuleUpdate update,
        ApiSchema deleted,
        RuleOwner? owner = null
    )
    {
        Parameter = parameter;
        var (whose, start, read, write) = owner ?? RuleOwner.Zone;
        var all = start + "/firewall/" + path;
        var one = all + "/{" + parameter + "}";
        _list = new("GET", all, tag + "-list", $"List {whose} {noun.Many}, the oldest first")
        {
            Permission = read,
            Query = [.. filters, .. ApiParameter.Paging],
            Result = ApiSchema.List(rule),
            Paged = true,
        };
        _create = new("POST", all, tag + "-create", $"Add {noun.One}")
        {
            Permission = write,
            Body = body,
            Result = rule,
        };
        _get = new("GET", one, tag + "-get", $"Show {noun.One}") { Permission = read, Result = rule };
        _update = new(update.Method, one, $"{tag}-{update.Verb}", update.Summary)
        {
            Permission = write,
            Description = update.Description,
            Body = update.Body,
            Result = rule,
        };
        _delete = new("DELETE", one, tag + "-delete", $"Delete {noun.One}")
        {
            Permission = write,
            Result = deleted,
        };
    }

    /// <summary>The route value that names a rule.</summary>
    public string Parameter { get; }

    /// <summary>Makes the routes of the calls that differ, and of the others as all kinds have them.</summary>
    public void Map<T>(
        IEndpointRouteBuilder routes,
        OwnedRules<T> rules,
        RequestDelegate list,
        RequestDelegate create,
        RequestDelegate update
    )
        where T : class
    {
        _list.Map(routes, list);
        _create.Map(routes, create);
        _get.Map(routes, rules.GetAsync);
        _update.Map(routes, update);
        _delete.Map(routes, rules.DeleteAsync);
    }
}

/// <summary>Whose rules are.</summary>
/// <param name="Whose">For summaries: <c>a zone's</c>.</param>
/// <param name="Path">The path's beginning.</param>
/// <param name="Read">Who may see them.</param>
/// <param name="Write">Who may change them.</param>
internal sealed record RuleOwner(string Whose, string Path, PermissionGroup Read, PermissionGroup Write)
{
    /// <summary>A zone.</summary>
    public static RuleOwner Zone { get; } =
        new(
            "a zone's",
            "/client/v4/zones/{" + PermissionCheck.ZoneParameter + "}",
            PermissionGroups.FirewallServicesRead,
            PermissionGroups.FirewallServicesWrite
        );

    /// <summary>The account.</summary>
    public static RuleOwner Account { get; } =
        new(
            "the account's",
            "/client/v4/accounts/{" + AccountRequests.Parameter + "}",
            PermissionGroups.AccountAccessRulesRead,
            PermissionGroups.AccountAccessRulesWrite
        );

    /// <summary>Its user.</summary>
    public static RuleOwner User { get; } = Account with { Whose = "the user's", Path = "/client/v4/user" };
}

/// <summary>The call that changes a rule.</summary>
/// <param name="Method">PUT or PATCH, as Cloudflare has it.</param>
/// <param name="Verb">What it is called in the operation's id.</param>
/// <param name="Summary">What it does, in a few words.</param>
/// <param name="Description">What stays.</param>
/// <param name="Body">What is sent.</param>
internal sealed record OwnedRuleUpdate(string Method, string Verb, string Summary, string Description, ApiSchema Body);
