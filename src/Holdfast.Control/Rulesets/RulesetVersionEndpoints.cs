using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Control.Envelope;
using Holdfast.Model.Rulesets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Rulesets;

/// <summary>What a ruleset was: <c>.../versions</c>, the newest first.</summary>
internal sealed class RulesetVersionEndpoints(RulesetScope rulesets)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        rulesets.Operations.ListVersions.Map(routes, context => ListAsync(context, RulesetRequests.FindAsync));
        rulesets.Operations.GetVersion.Map(routes, context => GetAsync(context, RulesetRequests.FindAsync));
        rulesets.Operations.DeleteVersion.Map(routes, DeleteAsync);
        rulesets.Operations.ListEntryPointVersions.Map(routes, context => ListAsync(context, RulesetRequests.FindEntryPointAsync));
        rulesets.Operations.GetEntryPointVersion.Map(routes, context => GetAsync(context, RulesetRequests.FindEntryPointAsync));
    }

    private async Task ListAsync(HttpContext context, Func<HttpContext, RulesetScope, Task<RulesetConfig>> find)
    {
        var ruleset = await find(context, rulesets).ConfigureAwait(false);
        var versions = await rulesets.VersionsAsync(ruleset.Id).ConfigureAwait(false);
        await ApiAnswer
            .ResultAsync(context, new JsonArray([.. versions.Select(version => (JsonNode)RulesetJson.Write(version, withRules: false))]))
            .ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context, Func<HttpContext, RulesetScope, Task<RulesetConfig>> find)
    {
        var ruleset = await find(context, rulesets).ConfigureAwait(false);
        var (number, text) = Version(context);
        var version = await rulesets.VersionAsync(ruleset.Id, number).ConfigureAwait(false) ?? throw RulesetErrors.NoVersion(text);
        await RulesetRequests.AnswerAsync(context, version).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var ruleset = await RulesetRequests.FindAsync(context, rulesets).ConfigureAwait(false);
        var (number, text) = Version(context);

        // A version never changes: its number is its tag.
        Preconditions.IfMatch(context.Request)?.Require(number);
        if (number == ruleset.Version)
        {
            throw new ApiException(
                409,
                new ApiError(ErrorCodes.Conflict, $"version {text} is the one in use; put another in its place or delete the ruleset")
            );
        }

        if (!await rulesets.RemoveVersionAsync(context, ruleset.Id, number).ConfigureAwait(false))
        {
            throw RulesetErrors.NoVersion(text);
        }

        ApiAnswer.Nothing(context);
    }

    private static (long Number, string Text) Version(HttpContext context)
    {
        var text = context.Request.RouteValues[RulesetOperations.VersionParameter] as string ?? "";
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (number, text)
            : throw RulesetErrors.NoVersion("of this name");
    }
}
