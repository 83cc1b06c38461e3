using System.Collections.Immutable;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Control.Zones;
using Holdfast.Model.Rulesets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Rulesets;

/// <summary>Single rules: <c>.../rulesets/{ruleset_id}/rules</c>. Each call answers with the whole ruleset.</summary>
internal sealed class RuleEndpoints(RulesetScope rulesets, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        rulesets.Operations.CreateRule.Map(routes, CreateAsync);
        rulesets.Operations.EditRule.Map(routes, EditAsync);
        rulesets.Operations.DeleteRule.Map(routes, DeleteAsync);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var ruleset = await RulesetRequests.FindAsync(context, rulesets).ConfigureAwait(false);
        var warnings = new List<RuleWarning>();
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var position = RulePosition.Read(body);
        var references = await rulesets.ReferencesAsync().ConfigureAwait(false);
        var wanted = RulesetBody.ReadRule(body.Members, body, ruleset.Phase, ruleset.Kind, warnings, references);
        if (wanted?.Draft.Id is not null)
        {
            body.Members.Report("id", "there", "nothing: a new rule gets its id here");
        }

        body.Complete();
        await ChangeAsync(
                context,
                warnings,
                rules =>
                {
                    var rule = RuleSuccession.After(null, wanted!.Draft, RulesetRequests.Now(time));
                    RefuseTwice(rules, rule);
                    return position is null ? rules.Add(rule) : position.Insert(rules, rule);
                }
            )
            .ConfigureAwait(false);
    }

    private async Task EditAsync(HttpContext context)
    {
        var ruleset = await RulesetRequests.FindAsync(context, rulesets).ConfigureAwait(false);
        var id = ZoneRequests.Id(context, RulesetOperations.RuleParameter);
        var warnings = new List<RuleWarning>();
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var position = RulePosition.Read(body);
        var references = await rulesets.ReferencesAsync().ConfigureAwait(false);
        var edit = ReadEdit(body, ruleset, id, warnings, references);
        body.Complete();
        await ChangeAsync(
                context,
                warnings,
                rules =>
                {
                    var before = Find(rules, id);
                    var rule = RuleSuccession.After(before, edit(before), RulesetRequests.Now(time));
                    var others = rules.Remove(before);
                    RefuseTwice(others, rule);
                    return position is null ? rules.Replace(before, rule) : position.Insert(others, rule);
                }
            )
            .ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        await RulesetRequests.FindAsync(context, rulesets).ConfigureAwait(false);
        var id = ZoneRequests.Id(context, RulesetOperations.RuleParameter);
        await ChangeAsync(context, [], rules => rules.Remove(Find(rules, id))).ConfigureAwait(false);
    }

    // With an action or an expression it is the whole rule, as Cloudflare has it; without, what is not named stays.
    private static Func<RuleConfig, RuleConfig> ReadEdit(
        RequestBody body,
        RulesetConfig ruleset,
        string id,
        List<RuleWarning> warnings,
        RuleReferences references
    )
    {
        var members = body.Members;
        if (members.OptionalText("id", "the rule's id") is { } said && said != id)
        {
            members.Report("id", $"'{said}'", $"'{id}': a rule keeps its id");
        }

        if (members.TryGet("action", out _) | members.TryGet("expression", out _))
        {
            var wanted = RulesetBody.ReadRule(members, body, ruleset.Phase, ruleset.Kind, warnings, references)?.Draft;
            return before =>
                before with
                {
                    Ref = wanted!.Ref ?? before.Ref,
                    Action = wanted.Action,
                    RateLimit = wanted.RateLimit,
                    Categories = wanted.Categories,
                    Expression = wanted.Expression,
                    Description = wanted.Description,
                    Enabled = wanted.Enabled,
                    Logging = wanted.Logging,
                };
        }

        var enabled = members.OptionalFlag("enabled");
        var description = RulesetTexts.Read(members, "description", RulesetLimits.DescriptionCharacters);
        return before => before with { Enabled = enabled ?? before.Enabled, Description = description ?? before.Description };
    }

    private async Task ChangeAsync(
        HttpContext context,
        List<RuleWarning> warnings,
        Func<ImmutableArray<RuleConfig>, ImmutableArray<RuleConfig>> change
    )
    {
        var id = ZoneRequests.Id(context, RulesetOperations.RulesetParameter);
        var version = Preconditions.IfMatch(context.Request);
        var after = await rulesets
            .ChangeAsync(
                context,
                all =>
                {
                    var before = RulesetRequests.Find(all, id, version);
                    var rules = change(before.Rules);
                    return new RulesetChange(before, before with { Rules = rules, LastUpdated = RulesetRequests.Now(time) });
                },
                RulesetRequests.IsDryRun(context)
            )
            .ConfigureAwait(false);
        await RulesetRequests.AnswerAsync(context, after!, warnings).ConfigureAwait(false);
    }

    private static RuleConfig Find(ImmutableArray<RuleConfig> rules, string id) =>
        rules.FirstOrDefault(rule => rule.Id == id) ?? throw RulesetErrors.NoRule(id);

    private static void RefuseTwice(ImmutableArray<RuleConfig> others, RuleConfig rule)
    {
        if (others.Any(other => other.Ref == rule.Ref))
        {
            throw ApiException.Invalid("/ref", $"the ref '{rule.Ref}' is another rule's; each is there once");
        }
    }
}
