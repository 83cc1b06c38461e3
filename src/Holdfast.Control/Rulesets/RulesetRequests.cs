using System.Collections.Immutable;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Control.Zones;
using Holdfast.Model.Rulesets;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Rulesets;

/// <summary>What requests say about rulesets, and how they are answered.</summary>
internal static class RulesetRequests
{
    // The code of a warning; Cloudflare's API has warnings there too, with other codes.
    private const int Warning = 40_100;

    /// <summary>The phase in the route.</summary>
    /// <exception cref="ApiException">It is none at all.</exception>
    public static string Phase(HttpContext context)
    {
        var phase = context.Request.RouteValues[RulesetOperations.PhaseParameter] as string ?? "";
        return RulesetPhase.Exists(phase)
            ? phase
            : throw ApiException.NotFound(
                $"there is no phase of this name; edges run rules in {RulesetPhase.Allowed}",
                RulesetErrors.NotFound
            );
    }

    /// <summary>Whether only the answer is wanted.</summary>
    public static bool IsDryRun(HttpContext context) =>
        context.Request.Query[RulesetOperations.DryRun].ToString() switch
        {
            "" or "false" => false,
            "true" => true,
            _ => throw ApiException.Invalid("/" + RulesetOperations.DryRun, "the query's dry_run must be true or false"),
        };

    /// <summary>Now, as precise as the API says it.</summary>
    public static DateTimeOffset Now(TimeProvider time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>The ruleset that the route names, which the caller may see or, unless it is read alone, change.</summary>
    public static async Task<RulesetConfig> FindAsync(HttpContext context, RulesetScope rulesets)
    {
        var id = ZoneRequests.Id(context, RulesetOperations.RulesetParameter);
        var ruleset = Find(await rulesets.AllAsync(context).ConfigureAwait(false), id, null);
        rulesets.Require(context, ruleset.Phase);
        return ruleset;
    }

    /// <summary>The ruleset of the phase that the route names.</summary>
    public static async Task<RulesetConfig> FindEntryPointAsync(HttpContext context, RulesetScope rulesets)
    {
        var phase = Phase(context);
        rulesets.Require(context, phase);
        var all = await rulesets.AllAsync(context).ConfigureAwait(false);
        return all.FirstOrDefault(ruleset => ruleset.Kind == rulesets.EntryPoint && ruleset.Phase == phase)
            ?? throw RulesetErrors.NoEntryPoint(phase);
    }

    /// <summary>The ruleset with this id, at the version that the caller knows.</summary>
    public static RulesetConfig Find(ImmutableArray<RulesetConfig> all, string id, KnownGenerations? version)
    {
        var ruleset = all.FirstOrDefault(ruleset => ruleset.Id == id) ?? throw RulesetErrors.NoRuleset(id);
        version?.Require(ruleset.Version);
        return ruleset;
    }

    public static Task AnswerAsync(HttpContext context, RulesetConfig ruleset, IReadOnlyList<RuleWarning>? warnings = null)
    {
        Preconditions.SetTag(context.Response, ruleset.Version);
        return ApiAnswer.ResultAsync(
            context,
            RulesetJson.Write(ruleset),
            messages: warnings is null ? [] : [.. warnings.Select(warning => new ApiError(Warning, warning.Message, warning.Pointer))]
        );
    }
}
