using System.Text.Json;
using Holdfast.Model.Releases;
using Holdfast.Model.Uplink;
using Holdfast.Releases;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Rollout.Waves;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>What an edge has said of a release.</summary>
internal sealed record EdgeReport(
    ArtifactKind Kind,
    string Name,
    long Generation,
    string Node,
    EdgeStanding Standing,
    int Share,
    string? Reason,
    string? Evidence,
    DateTimeOffset At
)
{
    /// <summary>What a record says of a release; null when it says nothing of one, or in a way that this build does not know.</summary>
    public static EdgeReport? Of(UplinkRecord record) =>
        record.Type switch
        {
            UplinkRecordTypes.ReleaseAccepted => Plain(record, EdgeStanding.Accepted, 100),
            UplinkRecordTypes.ReleaseRefused => Plain(record, EdgeStanding.Refused, 0),
            UplinkRecordTypes.ReleaseProgress => ReleaseProgressCodec.TryDecode(record.Body, out var progress, out _)
                ? new EdgeReport(
                    progress.Kind,
                    progress.Name,
                    progress.Generation,
                    record.Node,
                    StandingOf(progress.Stage),
                    progress.Share,
                    progress.Reason,
                    progress.Evidence,
                    progress.At
                )
                : null,
            _ => null,
        };

    /// <summary>Whether it is newer than what is known: that a release was loaded says less than how far it is.</summary>
    public static bool Replaces(EdgeStanding said, EdgeStanding known) =>
        said != EdgeStanding.Accepted || known is not (EdgeStanding.Slice or EdgeStanding.Live or EdgeStanding.Good);

    private static EdgeStanding StandingOf(ReleaseStage stage) =>
        stage switch
        {
            ReleaseStage.Held => EdgeStanding.Held,
            ReleaseStage.Slice => EdgeStanding.Slice,
            ReleaseStage.Live => EdgeStanding.Live,
            ReleaseStage.Good => EdgeStanding.Good,
            _ => EdgeStanding.Reverted,
        };

    private static EdgeReport? Plain(UplinkRecord record, EdgeStanding standing, int share)
    {
        if (
            record.Body.ValueKind != JsonValueKind.Object
            || !ArtifactKindNames.TryParse(Text(record.Body, "kind"), out var kind)
            || Text(record.Body, "name") is not { Length: > 0 and <= 64 } name
            || !record.Body.TryGetProperty("generation", out var number)
            || number.ValueKind != JsonValueKind.Number
            || !number.TryGetInt64(out var generation)
        )
        {
            return null;
        }

        var reason = Text(record.Body, "reason");
        reason = reason?.Length > ReleaseProgress.MaxReasonLength ? reason[..ReleaseProgress.MaxReasonLength] : reason;
        return new EdgeReport(kind, name, generation, record.Node, standing, share, reason, null, record.At);
    }

    private static string? Text(JsonElement body, string member) =>
        body.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>What the edges have said of releases, in control's database: the newest word of each edge about each release, bounded.</summary>
internal static class EdgeReports
{
    /// <summary>Words kept over all releases and edges; the oldest releases' go first.</summary>
    public const int Kept = 200_000;

    /// <summary>Writes down what a batch of an edge says, within the transaction that takes the batch.</summary>
    public static async Task PutAsync(ControlDbContext context, IReadOnlyList<EdgeReport> reports)
    {
        if (reports.Count == 0)
        {
            return;
        }

        var json = JsonSerializer.Serialize(
            reports.Select(report =>
                new object?[]
                {
                    (int)report.Kind,
                    report.Name,
                    report.Generation,
                    report.Node,
                    (int)report.Standing,
                    report.Share,
                    report.Reason,
                    report.Evidence,
                    report.At.ToUnixTimeMilliseconds(),
                }
            )
        );
        const int Accepted = (int)EdgeStanding.Accepted;
        const int Slice = (int)EdgeStanding.Slice;
        const int Live = (int)EdgeStanding.Live;
        const int Good = (int)EdgeStanding.Good;
        await context
            .Database.ExecuteSqlAsync(
                $"""
                INSERT INTO release_edges (Kind, Name, ReleaseGeneration, Node, Standing, Share, Reason, Evidence, At)
                SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8
                FROM json_each({json}) WHERE true
                ON CONFLICT (Kind, Name, ReleaseGeneration, Node) DO UPDATE SET Standing = excluded.Standing, Share = excluded.Share,
                Reason = excluded.Reason, Evidence = excluded.Evidence, At = excluded.At
                WHERE excluded.Standing <> {Accepted} OR Standing NOT IN ({Slice}, {Live}, {Good})
                """,
                CancellationToken.None
            )
            .ConfigureAwait(false);
        var newest = await context.ReleaseEdges.MaxAsync(row => (long?)row.Id).ConfigureAwait(false) ?? 0;
        await context
            .ReleaseEdges.Where(row => row.Id <= newest - Kept)
            .Where(row =>
                !context.Rollouts.Any(rollout =>
                    rollout.Kind == row.Kind
                    && rollout.Name == row.Name
                    && rollout.ReleaseGeneration == row.ReleaseGeneration
                    && rollout.Phase < (int)WavePhase.Good
                )
            )
            .ExecuteDeleteAsync()
            .ConfigureAwait(false);
    }

    /// <summary>Writes down to which edges a rollout offered its release.</summary>
    public static Task OfferAsync(ControlDbContext context, RolloutRow rollout, IReadOnlyList<string> nodes, DateTime now)
    {
        var json = JsonSerializer.Serialize(nodes);
        var at = new DateTimeOffset(now, TimeSpan.Zero).ToUnixTimeMilliseconds();
        return context.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO release_edges (Kind, Name, ReleaseGeneration, Node, Standing, Share, At, Wave)
            SELECT {rollout.Kind}, {rollout.Name}, {rollout.ReleaseGeneration}, value, 0, 0, {at}, {rollout.Wave}
            FROM json_each({json}) WHERE true
            ON CONFLICT (Kind, Name, ReleaseGeneration, Node) DO UPDATE SET Wave = excluded.Wave
            """,
            CancellationToken.None
        );
    }
}
