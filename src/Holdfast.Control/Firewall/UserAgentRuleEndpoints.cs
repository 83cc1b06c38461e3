using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Artifacts.Access;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Control.Zones;
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

    /// <summary>Cloudflare's for a rule that there is not.</summary>
    private const int NoSuchRule = 10_001;

    public void Map(IEndpointRouteBuilder routes)
    {
        UserAgentRuleOperations.List.Map(routes, ListAsync);
        UserAgentRuleOperations.Create.Map(routes, CreateAsync);
        UserAgentRuleOperations.Get.Map(routes, GetAsync);
        UserAgentRuleOperations.Update.Map(routes, UpdateAsync);
        UserAgentRuleOperations.Delete.Map(routes, DeleteAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        var description = Paging.Text(context.Request, "description");
        var agent = Paging.Text(context.Request, "user_agent");
        var paused = Paging.OneOfOrNull(context.Request, "paused", "true", "false");
        var found = (await AllAsync(context).ConfigureAwait(false))
            .Where(rule => description is null || rule.Description.Contains(description, StringComparison.OrdinalIgnoreCase))
            .Where(rule => agent is null || rule.UserAgent.Contains(agent, StringComparison.OrdinalIgnoreCase))
            .Where(rule => paused is null || rule.Paused == (paused == "true"))
            .ToList();
        await ApiAnswer
            .PageAsync(
                context,
                found.Skip(paging.Skip).Take(paging.PerPage).Select(rule => (JsonNode)UserAgentRuleJson.Write(rule)),
                paging,
                found.Count
            )
            .ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context) =>
        await AnswerAsync(context, Find(await AllAsync(context).ConfigureAwait(false), Id(context))).ConfigureAwait(false);

    private async Task CreateAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var rule = UserAgentRuleJson.Read(body.Members, ArtifactId.New());
        body.Complete();
        await ChangeAsync(
                context,
                rules =>
                    rules.Length < AccessLimits.OlderRulesInZone
                        ? rules.Add(Unlike(rules, rule!))
                        : throw ApiException.Invalid(
                            "",
                            $"the zone has {AccessLimits.OlderRulesInZone} user agent rules, which is the most it can have"
                        )
            )
            .ConfigureAwait(false);
        await AnswerAsync(context, rule!).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext context)
    {
        var known = Find(await AllAsync(context).ConfigureAwait(false), Id(context));
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);

        // What control says of it and a client sends back.
        body.Members.TryGet("id", out _);
        var after = UserAgentRuleJson.Read(body.Members, known.Id, known);
        body.Complete();
        await ChangeAsync(
                context,
                rules =>
                {
                    var before = Find(rules, known.Id);
                    Unlike(rules.Remove(before), after!);
                    return rules.Replace(before, after!);
                }
            )
            .ConfigureAwait(false);
        await AnswerAsync(context, after!).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var id = Id(context);
        UserAgentRule? gone = null;
        await ChangeAsync(context, rules => rules.Remove(gone = Find(rules, id))).ConfigureAwait(false);
        await AnswerAsync(context, gone!).ConfigureAwait(false);
    }

    private async Task<ImmutableArray<UserAgentRule>> AllAsync(HttpContext context) =>
        (await zones.FindAsync(ZoneRequests.Id(context)).ConfigureAwait(false) ?? throw ZoneRequests.NoZone()).Config.UserAgentRules;

    private async Task ChangeAsync(HttpContext context, Func<ImmutableArray<UserAgentRule>, ImmutableArray<UserAgentRule>> change)
    {
        _ =
            await zones
                .ChangeAsync(
                    ZoneRequests.Id(context),
                    null,
                    zone => zone with { UserAgentRules = change(zone.UserAgentRules) },
                    AuditScope.Of(context),
                    context.RequestAborted
                )
                .ConfigureAwait(false)
            ?? throw ZoneRequests.NoZone();
    }

    private static UserAgentRule Unlike(ImmutableArray<UserAgentRule> others, UserAgentRule rule) =>
        others.Any(other => other.UserAgent == rule.UserAgent)
            ? throw ApiException.Invalid("/configuration", "there is a rule for this user agent already; change that one", Duplicate)
            : rule;

    private static UserAgentRule Find(ImmutableArray<UserAgentRule> rules, string id) =>
        rules.FirstOrDefault(rule => rule.Id == id) ?? throw ApiException.NotFound($"could not find user agent rule {id}", NoSuchRule);

    private static string Id(HttpContext context) => ZoneRequests.Id(context, UserAgentRuleOperations.Parameter);

    private static Task AnswerAsync(HttpContext context, UserAgentRule rule) =>
        ApiAnswer.ResultAsync(context, UserAgentRuleJson.Write(rule));
}
