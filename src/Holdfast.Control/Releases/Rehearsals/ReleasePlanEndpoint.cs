using Holdfast.Control.Access;
using Holdfast.Control.Envelope;
using Holdfast.Control.Operations;
using Holdfast.Control.Storage;
using Holdfast.Model.Releases;
using Holdfast.Releases;
using Holdfast.Releases.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Releases.Rehearsals;

/// <summary><c>POST /holdfast/v1/releases/KIND/NAME/GENERATION/plan</c>: what a release that is stored would change where another is live.</summary>
internal sealed class ReleasePlanEndpoint(ReleaseHistory history, ReleaseLog releases, RehearsalDesk desk)
{
    /// <summary>The kinds that requests meet.</summary>
    private static readonly ArtifactKind[] Rehearsed =
    [
        ArtifactKind.Zone,
        ArtifactKind.AccountRuleset,
        ArtifactKind.List,
        ArtifactKind.BotFeatures,
    ];

    /// <summary>Whether releases of a kind can be rehearsed.</summary>
    public static bool IsRehearsed(ArtifactKind kind) => Rehearsed.Contains(kind);

    public static ApiOperation Plan { get; } =
        new("POST", ReleaseOperations.One + "/plan", "releases-plan", "Rehearse a release with recent requests")
        {
            Permission = PermissionGroups.AccountSettingsWrite,
            Description =
                "A release that waits or is held, or an older one before going back to it. Of zones, lists, the account's rulesets and bot feature "
                + "files. The edge replays its samples through what is live and through the release, in a process that serves nobody.",
            NotAudited = "It changes nothing.",
            Result = ReleasePlan.Schema,
        };

    public void Map(IEndpointRouteBuilder routes) => Plan.Map(routes, PlanAsync);

    private async Task PlanAsync(HttpContext context)
    {
        var story = await ReleaseRequests.StoryAsync(context, history).ConfigureAwait(false);
        var row = story.Release.Row;
        if (!IsRehearsed((ArtifactKind)row.Kind) || row.Removed)
        {
            throw ApiException.Invalid(
                "",
                row.Removed
                    ? "this release takes its artifact away; what would follow is not rehearsed"
                    : $"of the kinds of artifact, {string.Join(", ", Rehearsed.Select(ArtifactKindNames.Of))} can be rehearsed"
            );
        }

        var envelope = await releases.EnvelopeAsync(row.Kind, row.Name, row.Generation).ConfigureAwait(false);
        if (envelope is null || !ReleaseCodec.TryDecode(envelope, out var release, out _))
        {
            throw ApiException.NotFound("the release is kept no more");
        }

        await ReleasePlan
            .AnswerAsync(context, desk, new ProposedArtifact(release.Kind, release.Name, release.FormatVersion, release.Payload))
            .ConfigureAwait(false);
    }
}
