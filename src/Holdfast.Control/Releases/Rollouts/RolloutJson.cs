using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Model.Releases;
using Holdfast.Releases;
using Holdfast.Releases.Rollout.Waves;

namespace Holdfast.Control.Releases.Rollouts;

/// <summary>Releases and their rollouts as the API shows them.</summary>
internal static class RolloutJson
{
    /// <summary>All states that a release can be in.</summary>
    public static string[] States { get; } =
    [
        "in_use",
        "queued",
        "waiting",
        "rolling",
        "soaking",
        "paused",
        "baking",
        "good",
        "stopped",
        "aborted",
        "superseded",
        "replaced",
        "pinned",
    ];

    /// <summary>A rollout's state.</summary>
    public static string StateOf(RolloutRow row) =>
        (WavePhase)row.Phase switch
        {
            < WavePhase.Good when row.IsPaused => "paused",
            WavePhase.Queued => "queued",
            WavePhase.Waiting => "waiting",
            WavePhase.Rolling when row.Wave == 0 => "waiting",
            WavePhase.Rolling => "rolling",
            WavePhase.Soaking => "soaking",
            WavePhase.Baking => "baking",
            WavePhase.Good => "good",
            WavePhase.Failed => "stopped",
            WavePhase.Aborted => "aborted",
            _ => "superseded",
        };

    /// <summary>A release of the list.</summary>
    public static JsonObject Of(PublishedRelease release) =>
        new()
        {
            ["position"] = release.Row.Position,
            ["kind"] = ArtifactKindNames.Of((ArtifactKind)release.Row.Kind),
            ["name"] = release.Row.Name,
            ["title"] = release.Title,
            ["generation"] = release.Row.Generation,
            ["digest"] = release.Row.Digest,
            ["removed"] = release.Row.Removed,
            ["created_on"] = ApiAnswer.Time(release.Row.CreatedAt),
            ["state"] = StateOf(release),
            ["wave"] = WavePolicy.Of((ArtifactKind)release.Row.Kind) is null ? null : release.Rollout?.Wave,
            ["reason"] = release.Rollout?.Reason,
            ["edges"] = Counts(release),
            ["failures"] = new JsonArray([.. release.Failures.Select(Failure)]),
        };

    /// <summary>A release with its rollout.</summary>
    public static JsonObject Of(ReleaseStory story, TimeProvider time)
    {
        var shown = Of(story.Release);
        shown["bytes"] = story.Release.Size;
        shown["waits_for"] = WaitsFor(story, time.GetUtcNow());
        shown["previous_generation"] = story.Release.Rollout is { BeforeGeneration: > 0 and var before } ? before : null;
        shown["revert_generation"] = story.Release.Rollout?.RevertGeneration;
        shown["open_to_all"] = story.Release.Rollout?.IsOpen ?? !story.Release.Row.Held;
        shown["ended_on"] = story.Release.Rollout?.EndedAt is { } at ? ApiAnswer.Time(at) : null;
        shown["pin"] = story.Pin is { } pin ? Of(pin) : null;
        shown["edge_list"] = new JsonArray([.. story.Edges.Select(Edge)]);
        shown["decisions"] = new JsonArray([.. story.Decisions.Select(Decision)]);
        return shown;
    }

    /// <summary>A pin.</summary>
    public static JsonObject Of(ReleasePinRow pin) =>
        new()
        {
            ["generation"] = pin.Generation,
            ["reason"] = pin.Reason,
            ["by"] = pin.By,
            ["pinned_on"] = ApiAnswer.Time(pin.At),
        };

    /// <summary>How a release stands, in a word.</summary>
    public static string StateOf(PublishedRelease release) =>
        release.State switch
        {
            ReleaseState.Rollout => StateOf(release.Rollout!),
            ReleaseState.InUse => "in_use",
            ReleaseState.Replaced => "replaced",
            _ => "pinned",
        };

    private static string? WaitsFor(ReleaseStory story, DateTimeOffset now)
    {
        if (story.Release.State == ReleaseState.Pinned)
        {
            return story.Pin is { } pin
                ? string.Create(CultureInfo.InvariantCulture, $"the artifact is pinned at generation {pin.Generation}: {pin.Reason}")
                : null;
        }

        if (story.Release.Rollout is { IsPaused: true, Reason: { } reason, Phase: < (int)WavePhase.Good })
        {
            return $"somebody to let it go on (resume) or to end it (abort): {reason}";
        }

        // Edges that are not in the wave yet are not waited for.
        return story.Release.Rollout is { } rollout
            ? new RunningRollout(rollout, [.. story.Edges.Where(edge => edge.Wave is not null || edge.Standing != 0)]).Waves.WaitsFor(now)
            : null;
    }

    private static JsonObject Counts(PublishedRelease release)
    {
        int Of(params ReadOnlySpan<EdgeStanding> standings)
        {
            var sum = 0;
            foreach (var standing in standings)
            {
                sum += release.Counts.GetValueOrDefault(standing);
            }

            return sum;
        }

        return new JsonObject
        {
            ["full"] = Of(EdgeStanding.Accepted, EdgeStanding.Live, EdgeStanding.Good),
            ["partial"] = Of(EdgeStanding.Slice),
            ["waiting"] = Of(EdgeStanding.Unanswered, EdgeStanding.Held),
            ["refused"] = Of(EdgeStanding.Refused),
            ["reverted"] = Of(EdgeStanding.Reverted),
        };
    }

    private static JsonNode Failure(ReleaseEdgeRow edge) =>
        new JsonObject
        {
            ["node"] = edge.Node,
            ["stage"] = EdgeStandings.NameOf((EdgeStanding)edge.Standing),
            ["reason"] = edge.Reason,
            ["at"] = ApiAnswer.Time(edge.At),
        };

    private static JsonNode Edge(ReleaseEdgeRow edge) =>
        new JsonObject
        {
            ["node"] = edge.Node,
            ["wave"] = edge.Wave,
            ["stage"] = EdgeStandings.NameOf((EdgeStanding)edge.Standing),
            ["share"] = edge.Share,
            ["reason"] = edge.Reason,
            ["evidence"] = edge.Evidence,
            ["at"] = ApiAnswer.Time(edge.At),
        };

    private static JsonNode Decision(RolloutDecisionRow decision) =>
        new JsonObject
        {
            ["at"] = ApiAnswer.Time(decision.At),
            ["what"] = decision.What,
            ["text"] = decision.Text,
            ["by"] = decision.By,
        };
}
