using System.Collections.Immutable;
using Holdfast.Artifacts;
using Holdfast.Artifacts.Access;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Model.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Firewall;

/// <summary>
/// User agent rules: <c>/client/v4/zones/{zone_id}/firewall/ua_rules</c> as Cloudflare has it. They are part of the zone's configuration.
/// </summary>
internal sealed class UserAgentRuleEndpoints(ZoneStore zones)
{
    /// <summary>Cloudflare's for a rule of a configuration that another has.</summary>
    private const int Duplicate = 10_009;

    private readonly OwnedRules<UserAgentRule> _rules = new(
        new ZoneRuleHome<UserAgentRule>(zones) { Of = zone => zone.UserAgentRules, With = (zone, rules) => zone with { UserAgentRules = rules } }
    )
    {
        Noun = "user agent rule",
        Parameter = UserAgentRuleOperations.All.Parameter,
        Most = AccessLimits.OlderRulesInZone,
        IdOf = rule => rule.Id,
        Show = (rule, _) => UserAgentRuleJson.Write(rule),
        RequireUnlike = RequireUnlike,
        ShowsDeleted = true,
    };

    public void Map(IEndpointRouteBuilder routes) => UserAgentRuleOperations.All.Map(routes, _rules, ListAsync, CreateAsync, UpdateAsync);

    private Task ListAsync(HttpContext context)
    {
        var description = Paging.Text(context.Request, "description");
        var agent = Paging.Text(context.Request, "user_agent");
        var paused = Paging.OneOfOrNull(context.Request, "paused", "true", "false");
        return _rules.PageAsync(
            context,
            rule =>
                (description is null || rule.Description.Contains(description, StringComparison.OrdinalIgnoreCase))
                && (agent is null || rule.UserAgent.Contains(agent, StringComparison.OrdinalIgnoreCase))
                && (paused is null || rule.Paused == (paused == "true"))
        );
    }

    private async Task CreateAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var rule = UserAgentRuleJson.Read(body.Members, ArtifactId.New());
        body.Complete();
        await _rules.AddAsync(context, rule!).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);

        // What control says of it and a client sends back.
        body.Members.TryGet("id", out _);
        await _rules
            .ReplaceAsync(
                context,
                before =>
                {
                    var after = UserAgentRuleJson.Read(body.Members, before.Id, before);
                    body.Complete();
                    return after!;
                }
            )
            .ConfigureAwait(false);
    }

    private static void RequireUnlike(ImmutableArray<UserAgentRule> others, UserAgentRule rule)
    {
        if (others.Any(other => other.UserAgent == rule.UserAgent))
        {
            throw ApiException.Invalid("/configuration", "there is a rule for this user agent already; change that one", Duplicate);
        }
    }
}
