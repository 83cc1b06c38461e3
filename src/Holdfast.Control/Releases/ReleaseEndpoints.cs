using System.Text.Json.Nodes;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Model.Releases;
using Holdfast.Releases;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Releases;

/// <summary><c>GET /holdfast/v1/releases?kind=&amp;name=</c>: what was published, newest first.</summary>
internal sealed class ReleaseEndpoints
{
    private readonly ReleaseLog _releases;

    public ReleaseEndpoints(ReleaseLog releases)
    {
        _releases = releases;
    }

    public void Map(IEndpointRouteBuilder routes) => ReleaseOperations.List.Map(routes, ListAsync);

    private async Task ListAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        ArtifactKind? kind = null;
        if (Paging.Text(context.Request, "kind") is { } text)
        {
            kind = ArtifactKindNames.TryParse(text, out var known)
                ? known
                : throw ApiException.Invalid(
                    "/kind",
                    $"the query's kind must be one of {string.Join(", ", Enum.GetValues<ArtifactKind>().Select(ArtifactKindNames.Of))}"
                );
        }

        var name = Paging.Text(context.Request, "name");
        var (releases, total) = await _releases.ListAsync(kind, name, paging.Skip, paging.PerPage).ConfigureAwait(false);
        await ApiAnswer.PageAsync(context, releases.Select(Show), paging, total).ConfigureAwait(false);
    }

    private static JsonNode Show(PublishedRelease release) =>
        new JsonObject
        {
            ["position"] = release.Position,
            ["kind"] = ArtifactKindNames.Of(release.Kind),
            ["name"] = release.Name,
            ["generation"] = release.Generation,
            ["digest"] = release.Digest,
            ["removed"] = release.Removed,
            ["created_on"] = ApiAnswer.Time(release.CreatedAt),
        };
}
