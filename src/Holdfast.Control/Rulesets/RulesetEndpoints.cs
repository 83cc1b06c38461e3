using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Control.Envelope;
using Holdfast.Control.Releases.Rehearsals;
using Holdfast.Control.Storage;
using Holdfast.Model.Rulesets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Rulesets;

/// <summary>
/// Rulesets: <c>/client/v4/zones/{zone_id}/rulesets</c> and <c>/client/v4/accounts/{account_id}/rulesets</c> as Cloudflare has them. A
/// ruleset's version is its entity tag.
/// </summary>
internal sealed class RulesetEndpoints(RulesetScope rulesets, RehearsalDesk rehearsals, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        rulesets.Operations.List.Map(routes, ListAsync);
        rulesets.Operations.Create.Map(routes, CreateAsync);
        rulesets.Operations.Get.Map(routes, GetAsync);
        rulesets.Operations.Put.Map(routes, PutAsync);
        rulesets.Operations.Delete.Map(routes, DeleteAsync);
        rulesets.Operations.GetEntryPoint.Map(routes, GetEntryPointAsync);
        rulesets.Operations.PutEntryPoint.Map(routes, PutEntryPointAsync);
        rulesets.Operations.PlanEntryPoint.Map(routes, PlanEntryPointAsync);
        new RuleEndpoints(rulesets, time).Map(routes);
        new RulesetVersionEndpoints(rulesets).Map(routes);
    }

    private async Task ListAsync(HttpContext context)
    {
        var all = await rulesets.AllAsync(context).ConfigureAwait(false);
        await ApiAnswer
            .ResultAsync(
                context,
                new JsonArray([
                    .. all.Where(ruleset => rulesets.MayRead(context, ruleset.Phase))
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
        var kind = RulesetKinds.Read(body.Members, rulesets.Kinds.AsSpan());
        var phases = RulesetKinds.PhasesOf(kind ?? rulesets.EntryPoint);
        var phase = body.Members.RequireText("phase", phases.Allowed);
        if (phase is not null && phases.ProblemOf(phase) is { } problem)
        {
            body.Members.Report("phase", problem, phases.Allowed);
            phase = null;
        }

        if (phase is not null)
        {
            rulesets.Require(context, phase);
        }

        if (body.Members.RequireText("name", "a name") is "")
        {
            body.Members.Report("name", "empty", "a name");
        }

        var warnings = new List<RuleWarning>();

        // Of a phase that is none, nothing can be said about its rules.
        if (phase is null || kind is null)
        {
            throw ApiException.Invalid([.. body.Problems]);
        }

        var references = await rulesets.ReferencesAsync().ConfigureAwait(false);
        var wanted = RulesetBody.Read(body, phase, kind.Value, warnings, references);
        body.Complete();
        var ruleset = await ChangeAsync(
                context,
                all =>
                    kind == rulesets.EntryPoint && EntryPointOf(all, phase) is { } other
                        ? throw new ApiException(
                            409,
                            new ApiError(
                                ErrorCodes.Conflict,
                                $"the phase {phase} has a ruleset already, {other.Id}; change that one",
                                "/phase"
                            )
                        )
                        : new RulesetChange(null, Made(phase, kind.Value, wanted))
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
        var references = await rulesets.ReferencesAsync().ConfigureAwait(false);
        var wanted = RulesetBody.Read(body, before.Phase, before.Kind, warnings, references);
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
        var warnings = new List<RuleWarning>();
        var change = await EntryPointAsync(context, warnings).ConfigureAwait(false);
        var ruleset = await ChangeAsync(context, change).ConfigureAwait(false);
        await RulesetRequests.AnswerAsync(context, ruleset, warnings).ConfigureAwait(false);
    }

    private async Task PlanEntryPointAsync(HttpContext context)
    {
        var change = await EntryPointAsync(context, []).ConfigureAwait(false);
        var wanted = await rulesets.ChangeAsync(context, change, dryRun: true).ConfigureAwait(false);
        var proposed = await rulesets.ProposedAsync(context, wanted!).ConfigureAwait(false);
        await ReleasePlan.AnswerAsync(context, rehearsals, proposed).ConfigureAwait(false);
    }

    /// <summary>What a request wants of a phase's ruleset.</summary>
    private async Task<Func<ImmutableArray<RulesetConfig>, RulesetChange>> EntryPointAsync(HttpContext context, List<RuleWarning> warnings)
    {
        var phase = RulesetRequests.Phase(context);
        rulesets.Require(context, phase);
        if (rulesets.Phases.ProblemOf(phase) is { } problem)
        {
            throw ApiException.Invalid("", $"the phase is {problem}; allowed is {rulesets.Phases.Allowed}");
        }

        var version = Preconditions.IfMatch(context.Request);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var references = await rulesets.ReferencesAsync().ConfigureAwait(false);
        var wanted = RulesetBody.Read(body, phase, rulesets.EntryPoint, warnings, references);
        body.Complete();
        return all =>
        {
            var before = EntryPointOf(all, phase);
            version?.Require(before?.Version);
            return new RulesetChange(before, before is null ? Made(phase, rulesets.EntryPoint, wanted) : Replaced(before, wanted));
        };
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var id = (await RulesetRequests.FindAsync(context, rulesets).ConfigureAwait(false)).Id;
        var version = Preconditions.IfMatch(context.Request);
        await rulesets
            .ChangeAsync(context, all => new RulesetChange(RulesetRequests.Find(all, id, version), null), dryRun: false)
            .ConfigureAwait(false);
        ApiAnswer.Nothing(context);
    }

    private async Task<RulesetConfig> ChangeAsync(HttpContext context, Func<ImmutableArray<RulesetConfig>, RulesetChange> change) =>
        (await rulesets.ChangeAsync(context, change, RulesetRequests.IsDryRun(context)).ConfigureAwait(false))!;

    private RulesetConfig? EntryPointOf(ImmutableArray<RulesetConfig> all, string phase) =>
        all.FirstOrDefault(ruleset => ruleset.Kind == rulesets.EntryPoint && ruleset.Phase == phase);

    private RulesetConfig Made(string phase, RulesetKind kind, RulesetBody wanted)
    {
        var now = RulesetRequests.Now(time);
        return new RulesetConfig
        {
            Id = ArtifactId.New(),
            Name = wanted.Name ?? "default",
            Description = wanted.Description ?? "",
            Phase = phase,
            Kind = kind,
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
