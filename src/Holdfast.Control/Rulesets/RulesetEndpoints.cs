using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Control.Zones;
using Holdfast.Model.Rulesets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Rulesets;

/// <summary>Rulesets: <c>/client/v4/zones/{zone_id}/rulesets</c> as Cloudflare has it. A ruleset's version is its entity tag.</summary>
internal sealed class RulesetEndpoints(RulesetStore rulesets, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        RulesetOperations.List.Map(routes, ListAsync);
        RulesetOperations.Create.Map(routes, CreateAsync);
        RulesetOperations.Get.Map(routes, GetAsync);
        RulesetOperations.Put.Map(routes, PutAsync);
        RulesetOperations.Delete.Map(routes, DeleteAsync);
        RulesetOperations.GetEntryPoint.Map(routes, GetEntryPointAsync);
        RulesetOperations.PutEntryPoint.Map(routes, PutEntryPointAsync);
        new RuleEndpoints(rulesets, time).Map(routes);
        new RulesetVersionEndpoints(rulesets).Map(routes);
    }

    private async Task ListAsync(HttpContext context)
    {
        var all = await RulesetRequests.AllAsync(context, rulesets).ConfigureAwait(false);
        await ApiAnswer
            .ResultAsync(
                context,
                new JsonArray([
                    .. all.Where(ruleset => RulesetPermissions.MayRead(context, ruleset.Phase))
                        .Select(ruleset => (JsonNode)RulesetJson.Write(ruleset, withRules: false)),
                ])
            )
            .ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context) =>
        await RulesetRequests
            .AnswerAsync(context, await RulesetRequests.FindAsync(context, rulesets).ConfigureAwait(false))
            .ConfigureAwait(false);

    private async Task GetEntryPointAsync(HttpContext context) =>
        await RulesetRequests
            .AnswerAsync(context, await RulesetRequests.FindEntryPointAsync(context, rulesets).ConfigureAwait(false))
            .ConfigureAwait(false);

    private async Task CreateAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var phase = body.Members.RequireText("phase", RulesetPhase.Allowed);
        if (phase is not null && RulesetPhase.ProblemOf(phase) is { } problem)
        {
            body.Members.Report("phase", problem, RulesetPhase.Allowed);
            phase = null;
        }

        if (phase is not null)
        {
            RulesetRequests.Require(context, phase);
        }

        body.Members.RequireText("kind", RulesetJson.Kind);
        if (body.Members.RequireText("name", "a name") is "")
        {
            body.Members.Report("name", "empty", "a name");
        }

        var warnings = new List<RuleWarning>();

        // Of a phase that is none, nothing can be said about its rules.
        if (phase is null)
        {
            throw ApiException.Invalid([.. body.Problems]);
        }

        var lists = await rulesets.ListsAsync().ConfigureAwait(false);
        var wanted = RulesetBody.Read(body, phase, warnings, lists);
        body.Complete();
        var ruleset = await ChangeAsync(
                context,
                all =>
                    all.FirstOrDefault(other => other.Phase == phase) is { } other
                        ? throw new ApiException(
                            409,
                            new ApiError(
                                ErrorCodes.Conflict,
                                $"the phase {phase} has a ruleset already, {other.Id}; change that one",
                                "/phase"
                            )
                        )
                        : new RulesetChange(null, Made(phase, wanted))
            )
            .ConfigureAwait(false);
        await RulesetRequests.AnswerAsync(context, ruleset, warnings).ConfigureAwait(false);
    }

    private async Task PutAsync(HttpContext context)
    {
        var before = await RulesetRequests.FindAsync(context, rulesets).ConfigureAwait(false);
        var version = Preconditions.IfMatch(context.Request);
        var warnings = new List<RuleWarning>();
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var lists = await rulesets.ListsAsync().ConfigureAwait(false);
        var wanted = RulesetBody.Read(body, before.Phase, warnings, lists);
        body.Complete();
        var ruleset = await ChangeAsync(
                context,
                all =>
                {
                    var ruleset = RulesetRequests.Find(all, before.Id, version);
                    return new RulesetChange(ruleset, Replaced(ruleset, wanted));
                }
            )
            .ConfigureAwait(false);
        await RulesetRequests.AnswerAsync(context, ruleset, warnings).ConfigureAwait(false);
    }

    private async Task PutEntryPointAsync(HttpContext context)
    {
        var phase = RulesetRequests.Phase(context);
        RulesetRequests.Require(context, phase);
        if (RulesetPhase.ProblemOf(phase) is { } problem)
        {
            throw ApiException.Invalid("", $"the phase is {problem}; allowed is {RulesetPhase.Allowed}");
        }

        var version = Preconditions.IfMatch(context.Request);
        var warnings = new List<RuleWarning>();
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var lists = await rulesets.ListsAsync().ConfigureAwait(false);
        var wanted = RulesetBody.Read(body, phase, warnings, lists);
        body.Complete();
        var ruleset = await ChangeAsync(
                context,
                all =>
                {
                    var before = all.FirstOrDefault(ruleset => ruleset.Phase == phase);
                    version?.Require(before?.Version);
                    return new RulesetChange(before, before is null ? Made(phase, wanted) : Replaced(before, wanted));
                }
            )
            .ConfigureAwait(false);
        await RulesetRequests.AnswerAsync(context, ruleset, warnings).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var id = (await RulesetRequests.FindAsync(context, rulesets).ConfigureAwait(false)).Id;
        var version = Preconditions.IfMatch(context.Request);
        await rulesets
            .ChangeAsync(
                ZoneRequests.Id(context),
                all => new RulesetChange(RulesetRequests.Find(all, id, version), null),
                dryRun: false,
                AuditScope.Of(context),
                context.RequestAborted
            )
            .ConfigureAwait(false);
        ApiAnswer.Nothing(context);
    }

    private async Task<RulesetConfig> ChangeAsync(HttpContext context, Func<ImmutableArray<RulesetConfig>, RulesetChange> change) =>
        (
            await rulesets
                .ChangeAsync(
                    ZoneRequests.Id(context),
                    change,
                    RulesetRequests.IsDryRun(context),
                    AuditScope.Of(context),
                    context.RequestAborted
                )
                .ConfigureAwait(false)
        )!;

    private RulesetConfig Made(string phase, RulesetBody wanted)
    {
        var now = RulesetRequests.Now(time);
        return new RulesetConfig
        {
            Id = ArtifactId.New(),
            Name = wanted.Name ?? "default",
            Description = wanted.Description ?? "",
            Phase = phase,
            Version = 1,
            LastUpdated = now,
            Rules = RuleSuccession.Of([], wanted.Rules ?? [], now),
        };
    }

    private RulesetConfig Replaced(RulesetConfig before, RulesetBody wanted)
    {
        var now = RulesetRequests.Now(time);
        return before with
        {
            Name = wanted.Name ?? before.Name,
            Description = wanted.Description ?? before.Description,
            Rules = wanted.Rules is { } rules ? RuleSuccession.Of(before.Rules, rules, now) : before.Rules,
            LastUpdated = now,
        };
    }
}
