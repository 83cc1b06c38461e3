using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Artifacts.KillSwitches;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Control.Zones;
using Holdfast.Model.KillSwitches;
using Holdfast.Model.Rulesets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.KillSwitches;

/// <summary>Kill switches: <c>/holdfast/v1/kill-switches</c>. One is set and taken back, never changed.</summary>
internal sealed class KillSwitchEndpoints
{
    private readonly KillSwitchStore _switches;

    public KillSwitchEndpoints(KillSwitchStore switches)
    {
        _switches = switches;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        KillSwitchOperations.List.Map(routes, ListAsync);
        KillSwitchOperations.Create.Map(routes, CreateAsync);
        KillSwitchOperations.Get.Map(routes, GetAsync);
        KillSwitchOperations.Delete.Map(routes, DeleteAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        var all = await _switches.ListAsync().ConfigureAwait(false);
        await ApiAnswer
            .PageAsync(context, all.Skip(paging.Skip).Take(paging.PerPage).Select(Show), paging, all.Count)
            .ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context)
    {
        var id = ZoneRequests.Id(context, KillSwitchOperations.Parameter);
        await AnswerAsync(context, await _switches.FindAsync(id).ConfigureAwait(false) ?? throw NoSwitch()).ConfigureAwait(false);
    }

    private async Task CreateAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var kill = KillSwitchArtifact.Read(body.Members, ArtifactId.New());
        body.Complete();
        var stored =
            await _switches
                .AddAsync(kill!, (zone, account) => RequireTarget(kill!, zone, account), AuditScope.Of(context), context.RequestAborted)
                .ConfigureAwait(false)
            ?? throw ApiException.Invalid("/zone", "there is no zone of this id", ErrorCodes.InvalidZoneIdentifier);
        await AnswerAsync(context, stored).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var id = ZoneRequests.Id(context, KillSwitchOperations.Parameter);
        var generation = Preconditions.IfMatch(context.Request);
        if (!await _switches.RemoveAsync(id, generation, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false))
        {
            throw NoSwitch();
        }

        await ApiAnswer.ResultAsync(context, new JsonObject { ["id"] = id }).ConfigureAwait(false);
    }

    // One that hits nothing would look as if it had helped. What is of one zone can be taken out of that one only, what is the account's of
    // any and of all.
    private static void RequireTarget(KillSwitchConfig kill, StoredZone? zone, ImmutableArray<RulesetConfig> account)
    {
        var rulesets = zone is null ? account : account.AddRange(zone.Config.Rulesets);
        var isThere = kill.Subject switch
        {
            KillSubject.Ruleset => rulesets.Any(set => set.Id == kill.Target),
            KillSubject.Rule => rulesets.Any(set => set.Rules.Any(rule => rule.Id == kill.Target)),
            KillSubject.Release => long.Parse(kill.Target, CultureInfo.InvariantCulture) <= zone!.Generation,
            _ => true,
        };
        if (isThere)
        {
            return;
        }

        var what = $"{KillSwitchArtifact.NameOf(kill.Subject)} {kill.Target}";
        throw zone is null
            ? ApiException.Invalid("/zone", $"the account has no {what}: of a zone's own, name the zone")
            : ApiException.Invalid("/target", $"neither the zone {zone.Config.Name} nor the account has a {what}");
    }

    private static ApiException NoSwitch() => ApiException.NotFound("there is no such kill switch");

    private static Task AnswerAsync(HttpContext context, StoredKillSwitch stored)
    {
        Preconditions.SetTag(context.Response, stored.Generation);
        return ApiAnswer.ResultAsync(context, Show(stored));
    }

    private static JsonNode Show(StoredKillSwitch stored) =>
        new JsonObject
        {
            ["id"] = stored.Config.Id,
            ["subject"] = KillSwitchArtifact.NameOf(stored.Config.Subject),
            ["target"] = stored.Config.Target,
            ["zone"] = stored.Config.ZoneId ?? KillSwitchArtifact.Everywhere,
            ["reason"] = stored.Config.Reason,
            ["generation"] = stored.Generation,
            ["created_on"] = ApiAnswer.Time(stored.CreatedAt),
        };
}
