using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Control.Envelope;
using Holdfast.Control.Releases.Rollouts;
using Holdfast.Control.Storage;
using Holdfast.Model.Releases;
using Holdfast.Releases;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Releases;

/// <summary><c>/holdfast/v1/releases</c>: what was published, newest first, and what became of it on the edges.</summary>
internal sealed class ReleaseEndpoints
{
    private readonly ReleaseHistory _history;
    private readonly TimeProvider _time;

    public ReleaseEndpoints(ReleaseHistory history, TimeProvider time)
    {
        _history = history;
        _time = time;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        ReleaseOperations.List.Map(routes, ListAsync);
        ReleaseOperations.Get.Map(routes, GetAsync);
        ReleaseOperations.Drafts.Map(routes, DraftsAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        var filter = new ReleaseFilter(
            Paging.Text(context.Request, "kind") is { } kind ? ReleaseRequests.KindOf(kind) : null,
            Paging.Text(context.Request, "name"),
            Paging.OneOfOrNull(context.Request, "state", ReleaseFilter.Active, ReleaseFilter.Failed)
        );
        var (releases, total) = await _history.ListAsync(filter, paging.Skip, paging.PerPage).ConfigureAwait(false);
        await ApiAnswer.PageAsync(context, releases.Select(RolloutJson.Of), paging, total).ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context)
    {
        var story = await ReleaseRequests.StoryAsync(context, _history).ConfigureAwait(false);
        Preconditions.SetTag(context.Response, story.Release.Rollout?.Version ?? 0);
        await ApiAnswer.ResultAsync(context, RolloutJson.Of(story, _time)).ConfigureAwait(false);
    }

    private async Task DraftsAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        var (drafts, total) = await _history.DraftsAsync(paging.Skip, paging.PerPage).ConfigureAwait(false);
        await ApiAnswer.PageAsync(context, drafts.Select(Show), paging, total).ConfigureAwait(false);
    }

    private static JsonNode Show(IncidentDraftRow draft) =>
        new JsonObject
        {
            ["id"] = draft.Id,
            ["at"] = ApiAnswer.Time(draft.At),
            ["draft"] = JsonNode.Parse(draft.Body),
        };
}

/// <summary>What requests say about releases.</summary>
internal static class ReleaseRequests
{
    private const string Newest = "newest";

    /// <exception cref="ApiException">There is no such kind.</exception>
    public static ArtifactKind KindOf(string text) =>
        ArtifactKindNames.TryParse(text, out var kind)
            ? kind
            : throw ApiException.Invalid(
                "/kind",
                $"the kind must be one of {string.Join(", ", Enum.GetValues<ArtifactKind>().Select(ArtifactKindNames.Of))}"
            );

    /// <summary>The artifact of the route.</summary>
    /// <exception cref="ApiException">There is no such kind.</exception>
    public static (ArtifactKind Kind, string Name) Artifact(HttpContext context) =>
        (KindOf(Value(context, ReleaseOperations.KindParameter)), Value(context, ReleaseOperations.NameParameter));

    /// <summary>The release of the route.</summary>
    /// <exception cref="ApiException">There is no such release.</exception>
    public static async Task<ReleaseStory> StoryAsync(HttpContext context, ReleaseHistory history)
    {
        var (kind, name) = Artifact(context);
        var text = Value(context, ReleaseOperations.GenerationParameter);
        var generation =
            text == Newest ? (long?)null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw ApiException.Invalid("/generation", $"the generation must be a whole number, or {Newest}");
        return await history.FindAsync(kind, name, generation).ConfigureAwait(false)
            ?? throw ApiException.NotFound(
                $"there is no release {text} of {ArtifactKindNames.Of(kind)} {name}; the {ReleaseLog.KeptGenerations} newest are kept"
            );
    }

    private static string Value(HttpContext context, string parameter) => context.Request.RouteValues[parameter] as string ?? "";
}
