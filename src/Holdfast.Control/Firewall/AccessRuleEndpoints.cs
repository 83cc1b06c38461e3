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
/// IP access rules: <c>/client/v4/zones/{zone_id}/firewall/access_rules/rules</c> as Cloudflare has it. They are part of the zone's
/// configuration.
/// </summary>
internal sealed class AccessRuleEndpoints(ZoneStore zones, TimeProvider time)
{
    /// <summary>Cloudflare's for a rule of a configuration that another has.</summary>
    private const int Duplicate = 10_009;

    /// <summary>Cloudflare's for a rule that there is not.</summary>
    private const int NoSuchRule = 10_001;

    public void Map(IEndpointRouteBuilder routes)
    {
        AccessRuleOperations.List.Map(routes, ListAsync);
        AccessRuleOperations.Create.Map(routes, CreateAsync);
        AccessRuleOperations.Get.Map(routes, GetAsync);
        AccessRuleOperations.Edit.Map(routes, EditAsync);
        AccessRuleOperations.Delete.Map(routes, DeleteAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        var mode = Paging.Text(context.Request, "mode");
        var notes = Paging.Text(context.Request, "notes");
        var target = Paging.Text(context.Request, "configuration.target") ?? Paging.Text(context.Request, "configuration[target]");
        var value = Paging.Text(context.Request, "configuration.value") ?? Paging.Text(context.Request, "configuration[value]");
        var found = (await AllAsync(context).ConfigureAwait(false))
            .Where(rule => mode is null || AccessRuleJson.Write(rule)["mode"]!.GetValue<string>() == mode)
            .Where(rule => notes is null || rule.Notes.Contains(notes, StringComparison.OrdinalIgnoreCase))
            .Where(rule => target is null || AccessRuleJson.NameOf(rule) == target)
            .Where(rule => value is null || rule.Value.StartsWith(value, StringComparison.OrdinalIgnoreCase))
            .ToList();
        var zone = ZoneRequests.Id(context);
        await ApiAnswer
            .PageAsync(context, found.Skip(paging.Skip).Take(paging.PerPage).Select(rule => Show(rule, zone)), paging, found.Count)
            .ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context) =>
        await AnswerAsync(context, Find(await AllAsync(context).ConfigureAwait(false), RuleId(context))).ConfigureAwait(false);

    private async Task CreateAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var mode = AccessRuleJson.ReadMode(body.Members);
        var configuration = AccessRuleJson.ReadConfiguration(body.Members);
        var notes = AccessRuleJson.ReadNotes(body.Members) ?? "";
        body.Complete();
        var (target, value) = configuration!.Value;
        var now = Now();
        var rule = new AccessRule
        {
            Id = ArtifactId.New(),
            Mode = mode!.Value,
            Target = target,
            Value = value,
            Notes = notes,
            CreatedAt = now,
            ModifiedAt = now,
        };
        await ChangeAsync(context, rules => rules.Add(Unlike(rules, rule))).ConfigureAwait(false);
        await AnswerAsync(context, rule).ConfigureAwait(false);
    }

    private async Task EditAsync(HttpContext context)
    {
        var id = RuleId(context);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var members = body.Members;
        var mode = members.TryGet("mode", out _) ? AccessRuleJson.ReadMode(members) : null;
        var notes = AccessRuleJson.ReadNotes(members);
        var configuration = members.TryGet("configuration", out _) ? AccessRuleJson.ReadConfiguration(members) : null;
        body.Complete();
        AccessRule? after = null;
        await ChangeAsync(
                context,
                rules =>
                {
                    var before = Find(rules, id);
                    if (configuration is var (target, value) && (target, value) != (before.Target, before.Value))
                    {
                        throw ApiException.Invalid("/configuration", "a rule keeps its configuration; make another rule for another one");
                    }

                    after = before with { Mode = mode ?? before.Mode, Notes = notes ?? before.Notes };
                    after = after == before ? before : after with { ModifiedAt = Now() };
                    return rules.Replace(before, after);
                }
            )
            .ConfigureAwait(false);
        await AnswerAsync(context, after!).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var id = RuleId(context);
        await ChangeAsync(context, rules => rules.Remove(Find(rules, id))).ConfigureAwait(false);
        await ApiAnswer.ResultAsync(context, new JsonObject { ["id"] = id }).ConfigureAwait(false);
    }

    private async Task<ImmutableArray<AccessRule>> AllAsync(HttpContext context) =>
        (await zones.FindAsync(ZoneRequests.Id(context)).ConfigureAwait(false) ?? throw ZoneRequests.NoZone()).Config.AccessRules;

    private async Task ChangeAsync(HttpContext context, Func<ImmutableArray<AccessRule>, ImmutableArray<AccessRule>> change)
    {
        _ =
            await zones
                .ChangeAsync(
                    ZoneRequests.Id(context),
                    null,
                    zone => zone with { AccessRules = change(zone.AccessRules) },
                    AuditScope.Of(context),
                    context.RequestAborted
                )
                .ConfigureAwait(false)
            ?? throw ZoneRequests.NoZone();
    }

    private static AccessRule Unlike(ImmutableArray<AccessRule> rules, AccessRule rule) =>
        rules.Any(other => (other.Target, other.Value) == (rule.Target, rule.Value))
            ? throw ApiException.Invalid("/configuration", "there is a rule for this already; change that one", Duplicate)
        : rules.Length >= AccessLimits.RulesInZone
            ? throw ApiException.Invalid("", $"the zone has {AccessLimits.RulesInZone} access rules, which is the most it can have")
        : rule;

    private static AccessRule Find(ImmutableArray<AccessRule> rules, string id) =>
        rules.FirstOrDefault(rule => rule.Id == id) ?? throw ApiException.NotFound($"could not find access rule {id}", NoSuchRule);

    private static string RuleId(HttpContext context) => ZoneRequests.Id(context, AccessRuleOperations.Parameter);

    private static Task AnswerAsync(HttpContext context, AccessRule rule) =>
        ApiAnswer.ResultAsync(context, Show(rule, ZoneRequests.Id(context)));

    private static JsonObject Show(AccessRule rule, string zone)
    {
        var json = AccessRuleJson.Write(rule);
        json["allowed_modes"] = new JsonArray("block", "whitelist");
        json["scope"] = new JsonObject { ["id"] = zone, ["type"] = "zone" };
        return json;
    }

    // Kept and shown in milliseconds.
    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
    }
}
