using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Artifacts.Access;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Model.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Firewall;

/// <summary>
/// IP access rules as Cloudflare has them: <c>/client/v4/zones/{zone_id}/firewall/access_rules/rules</c>, part of the zone's configuration, and the same
/// below <c>/client/v4/accounts/{account_id}</c> and <c>/client/v4/user</c>, for all zones.
/// </summary>
internal sealed class AccessRuleEndpoints
{
    /// <summary>Cloudflare's for a rule of a configuration that another has.</summary>
    private const int Duplicate = 10_009;

    private readonly OwnedRuleOperations _operations;
    private readonly OwnedRules<AccessRule> _rules;
    private readonly TimeProvider _time;

    private AccessRuleEndpoints(OwnedRuleOperations operations, IRuleHome<AccessRule> home, string scope, TimeProvider time)
    {
        _operations = operations;
        _time = time;
        _rules = new OwnedRules<AccessRule>(home)
        {
            Noun = "access rule",
            Parameter = operations.Parameter,
            Most = AccessLimits.RulesInZone,
            IdOf = rule => rule.Id,
            Show = (rule, owner) => Show(rule, owner, scope),
            RequireUnlike = RequireUnlike,
        };
    }

    /// <summary>Those of zones.</summary>
    public static AccessRuleEndpoints OfZones(ZoneStore zones, TimeProvider time) =>
        new(
            AccessRuleOperations.OfZone,
            new ZoneRuleHome<AccessRule>(zones)
            {
                Of = zone => zone.AccessRules,
                With = (zone, rules) => zone with { AccessRules = rules },
            },
            "zone",
            time
        );

    /// <summary>Those of the account, and those of its user.</summary>
    public static AccessRuleEndpoints[] ForAllZones(AccountRulesetStore rulesets, StoredAccount account, TimeProvider time) =>
        [
            new(
                AccessRuleOperations.OfAccount,
                new AccountAccessRuleHome(rulesets, account, AccessOwners.Account, time),
                "organization",
                time
            ),
            new(AccessRuleOperations.OfUser, new AccountAccessRuleHome(rulesets, account, AccessOwners.User, time), "user", time),
        ];

    public void Map(IEndpointRouteBuilder routes) => _operations.Map(routes, _rules, ListAsync, CreateAsync, EditAsync);

    private Task ListAsync(HttpContext context)
    {
        var mode = Paging.Text(context.Request, "mode");
        var notes = Paging.Text(context.Request, "notes");
        var target = Paging.Text(context.Request, "configuration.target") ?? Paging.Text(context.Request, "configuration[target]");
        var value = Paging.Text(context.Request, "configuration.value") ?? Paging.Text(context.Request, "configuration[value]");
        return _rules.PageAsync(
            context,
            rule =>
                (mode is null || AccessRuleJson.Write(rule)["mode"]!.GetValue<string>() == mode)
                && (notes is null || rule.Notes.Contains(notes, StringComparison.OrdinalIgnoreCase))
                && (target is null || AccessRuleJson.NameOf(rule) == target)
                && (value is null || rule.Value.StartsWith(value, StringComparison.OrdinalIgnoreCase))
        );
    }

    private async Task CreateAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var mode = AccessRuleJson.ReadMode(body.Members);
        var configuration = AccessRuleJson.ReadConfiguration(body.Members);
        var notes = AccessRuleJson.ReadNotes(body.Members) ?? "";
        body.Complete();
        var (target, value) = configuration!.Value;
        var now = RuleTime.Now(_time);
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
        await _rules.AddAsync(context, rule).ConfigureAwait(false);
    }

    private async Task EditAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var members = body.Members;
        var mode = members.TryGet("mode", out _) ? AccessRuleJson.ReadMode(members) : null;
        var notes = AccessRuleJson.ReadNotes(members);
        var configuration = members.TryGet("configuration", out _) ? AccessRuleJson.ReadConfiguration(members) : null;
        body.Complete();
        await _rules
            .ReplaceAsync(
                context,
                before =>
                {
                    if (configuration is var (target, value) && (target, value) != (before.Target, before.Value))
                    {
                        throw ApiException.Invalid("/configuration", "a rule keeps its configuration; make another rule for another one");
                    }

                    var after = before with { Mode = mode ?? before.Mode, Notes = notes ?? before.Notes };
                    return after == before ? before : after with { ModifiedAt = RuleTime.Now(_time) };
                }
            )
            .ConfigureAwait(false);
    }

    private static void RequireUnlike(ImmutableArray<AccessRule> others, AccessRule rule)
    {
        if (others.Any(other => (other.Target, other.Value) == (rule.Target, rule.Value)))
        {
            throw ApiException.Invalid("/configuration", "there is a rule for this already; change that one", Duplicate);
        }
    }

    private static JsonObject Show(AccessRule rule, string owner, string scope)
    {
        var json = AccessRuleJson.Write(rule);
        json["allowed_modes"] = new JsonArray("block", "whitelist");
        json["scope"] = new JsonObject { ["id"] = owner, ["type"] = scope };
        return json;
    }
}
