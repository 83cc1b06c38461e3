using Holdfast.Control.Access;
using Holdfast.Control.Operations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Firewall;

/// <summary>The five calls on the rules of one kind of a zone.</summary>
internal sealed class ZoneRuleOperations
{
    private readonly ApiOperation _list;
    private readonly ApiOperation _create;
    private readonly ApiOperation _get;
    private readonly ApiOperation _update;
    private readonly ApiOperation _delete;

    /// <param name="path">Behind the zone's path.</param>
    /// <param name="parameter">The route value that names a rule.</param>
    /// <param name="tag">Their tag in the OpenAPI document.</param>
    /// <param name="noun">What a rule is called, with its article, and what several are.</param>
    /// <param name="filters">The query parameters of the list, without the paging.</param>
    /// <param name="rule">A rule as the API shows it.</param>
    /// <param name="body">What makes one.</param>
    /// <param name="update">How one is changed.</param>
    /// <param name="deleted">The answer to a delete.</param>
    public ZoneRuleOperations(
        string path,
        string parameter,
        string tag,
        (string One, string Many) noun,
        IReadOnlyList<ApiParameter> filters,
        ApiSchema rule,
        ApiSchema body,
        ZoneRuleUpdate update,
        ApiSchema deleted
    )
    {
        Parameter = parameter;
        var all = "/client/v4/zones/{" + PermissionCheck.ZoneParameter + "}/firewall/" + path;
        var one = all + "/{" + parameter + "}";
        _list = new("GET", all, tag + "-list", $"List a zone's {noun.Many}, the oldest first")
        {
            Permission = PermissionGroups.FirewallServicesRead,
            Query = [.. filters, .. ApiParameter.Paging],
            Result = ApiSchema.List(rule),
            Paged = true,
        };
        _create = new("POST", all, tag + "-create", $"Add {noun.One}")
        {
            Permission = PermissionGroups.FirewallServicesWrite,
            Body = body,
            Result = rule,
        };
        _get = new("GET", one, tag + "-get", $"Show {noun.One}") { Permission = PermissionGroups.FirewallServicesRead, Result = rule };
        _update = new(update.Method, one, $"{tag}-{update.Verb}", update.Summary)
        {
            Permission = PermissionGroups.FirewallServicesWrite,
            Description = update.Description,
            Body = update.Body,
            Result = rule,
        };
        _delete = new("DELETE", one, tag + "-delete", $"Delete {noun.One}")
        {
            Permission = PermissionGroups.FirewallServicesWrite,
            Result = deleted,
        };
    }

    /// <summary>The route value that names a rule.</summary>
    public string Parameter { get; }

    /// <summary>Makes the routes of the calls that differ, and of the others as all kinds have them.</summary>
    public void Map<T>(
        IEndpointRouteBuilder routes,
        ZoneRules<T> rules,
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

/// <summary>The call that changes a rule.</summary>
/// <param name="Method">PUT or PATCH, as Cloudflare has it.</param>
/// <param name="Verb">What it is called in the operation's id.</param>
/// <param name="Summary">What it does, in a few words.</param>
/// <param name="Description">What stays.</param>
/// <param name="Body">What is sent.</param>
internal sealed record ZoneRuleUpdate(string Method, string Verb, string Summary, string Description, ApiSchema Body);
