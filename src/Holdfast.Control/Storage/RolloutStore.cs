using System.Text.Json.Nodes;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Releases.Rollouts;
using Holdfast.Model.Releases;
using Holdfast.Releases;
using Holdfast.Releases.Rollout.Waves;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>Rollouts on the disk. What a step decides, what it opens and what it takes back are one transaction.</summary>
internal sealed class RolloutStore(ControlDatabase database, ReleaseReverts reverts, TimeProvider time)
{
    private const int KeptDrafts = 1_000;

    /// <summary>What there is to drive.</summary>
    /// <param name="known">The ids of those whose edges are in memory already.</param>
    public Task<RolloutView> LookAsync(IReadOnlyCollection<long> known) =>
        database.ReadAsync(async context =>
        {
            var rows = await context
                .Rollouts.Where(row => row.Phase < (int)WavePhase.Good)
                .OrderBy(row => row.ReleaseGeneration)
                .ToListAsync()
                .ConfigureAwait(false);
            var inUse = new Dictionary<(int, string), long>();
            var edges = new Dictionary<long, IReadOnlyList<ReleaseEdgeRow>>();
            foreach (var row in rows)
            {
                inUse[(row.Kind, row.Name)] =
                    await ReleaseAdmission.InUse(context, row.Kind, row.Name).MaxAsync(used => (long?)used.Generation).ConfigureAwait(false)
                    ?? 0;
                if (!known.Contains(row.Id))
                {
                    edges[row.Id] = await EdgesOf(context, row).ToListAsync().ConfigureAwait(false);
                }
            }

            var nodes =
                rows.Count == 0
                    ? []
                    : await context.Nodes.ToDictionaryAsync(node => node.Name, node => node.LastSeenAt).ConfigureAwait(false);
            return new RolloutView(rows, inUse, edges, nodes);
        });

    /// <summary>Whether something of a kind was decided of a rollout.</summary>
    /// <param name="id">The rollout.</param>
    /// <param name="what">See <see cref="WaveDecision.What"/>.</param>
    public Task<bool> HasDecidedAsync(long id, string what) =>
        database.ReadAsync(context => context.RolloutDecisions.AnyAsync(decision => decision.RolloutId == id && decision.What == what));

    /// <summary>What edges have said of a rollout's release.</summary>
    public static IQueryable<ReleaseEdgeRow> EdgesOf(ControlDbContext context, RolloutRow row) =>
        context.ReleaseEdges.Where(edge =>
            edge.Kind == row.Kind && edge.Name == row.Name && edge.ReleaseGeneration == row.ReleaseGeneration
        );

    /// <summary>Writes a step down.</summary>
    /// <param name="rollout">The rollout after the step; gets its new row.</param>
    /// <param name="step">The step.</param>
    /// <param name="caller">Who decided; null when nobody ordered it.</param>
    /// <param name="audit">Gets what a caller did, or what control took back.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    public async Task SaveAsync(
        RunningRollout rollout,
        WaveStep step,
        string? caller,
        AuditScope audit,
        CancellationToken cancellationToken
    )
    {
        var by = caller ?? RolloutDriver.Control;
        rollout.Row = await database
            .WriteAsync(
                audit,
                async context =>
                {
                    var row = await context.Rollouts.SingleAsync(row => row.Id == rollout.Row.Id).ConfigureAwait(false);
                    if (row.Version != rollout.Row.Version || row.Phase != rollout.Row.Phase)
                    {
                        // A newer release, or a pin, has ended it meanwhile.
                        throw new StaleRolloutException();
                    }

                    var before = Summary(row);
                    var wasOpen = row.IsOpen;
                    rollout.WriteTo(row);
                    var now = time.GetUtcNow().UtcDateTime;
                    var phase = rollout.Waves.Progress.Phase;
                    if (rollout.Waves.Progress.IsOver)
                    {
                        row.EndedAt = now;
                    }

                    foreach (var decision in step.Decisions)
                    {
                        context.RolloutDecisions.Add(Decision(row, decision, by));
                    }

                    if (!step.Offered.IsEmpty)
                    {
                        await EdgeReports.OfferAsync(context, row, step.Offered, now).ConfigureAwait(false);
                    }

                    if (row.IsOpen && !wasOpen)
                    {
                        await ReleaseLog.OpenAsync(context, row.Kind, row.Name, row.ReleaseGeneration).ConfigureAwait(false);
                    }

                    if (phase is WavePhase.Failed or WavePhase.Aborted)
                    {
                        row.Reason = rollout.Waves.Failure ?? rollout.Row.Reason;
                        await TakeBackAsync(context, row, by, now).ConfigureAwait(false);
                    }

                    if (caller is not null || phase == WavePhase.Failed)
                    {
                        audit.Record("release", IdOf(row), ZoneOf(row), before, Summary(row));
                    }

                    return row;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>The id of a release in the audit log and in the API's paths: <c>list/ID/7</c>.</summary>
    public static string IdOf(RolloutRow row) => $"{ArtifactKindNames.Of((ArtifactKind)row.Kind)}/{row.Name}/{row.ReleaseGeneration}";

    private static string? ZoneOf(RolloutRow row) => row.Kind == (int)ArtifactKind.Zone ? row.Name : null;

    // Also of one that no edge has yet: its owner is to see what the edges have.
    private async Task TakeBackAsync(ControlDbContext context, RolloutRow row, string by, DateTime now)
    {
        row.RevertGeneration = await reverts
            .PublishAsync(context, (ArtifactKind)row.Kind, row.Name, row.BeforeGeneration)
            .ConfigureAwait(false);
        var text = row.RevertGeneration is { } back
            ? $"the content of {(row.BeforeGeneration == 0 ? "before it" : $"generation {row.BeforeGeneration}")} is published as generation {back}"
            : "there is nothing to go back to: no further edge gets it";
        context.RolloutDecisions.Add(Decision(row, new WaveDecision("revert", text, new DateTimeOffset(now, TimeSpan.Zero)), by));
        if (row.Phase != (int)WavePhase.Failed)
        {
            return;
        }

        await AddDraftAsync(context, Draft(row, text), now).ConfigureAwait(false);
    }

    /// <summary>Adds a draft of an incident; the oldest go when there are too many.</summary>
    public static async Task AddDraftAsync(ControlDbContext context, JsonObject draft, DateTime now)
    {
        context.IncidentDrafts.Add(new IncidentDraftRow { At = now, Body = draft.ToJsonString() });
        await context.SaveChangesAsync(CancellationToken.None).ConfigureAwait(false);
        var newest = await context.IncidentDrafts.MaxAsync(row => (long?)row.Id).ConfigureAwait(false) ?? 0;
        await context.IncidentDrafts.Where(row => row.Id <= newest - KeptDrafts).ExecuteDeleteAsync().ConfigureAwait(false);
    }

    private static JsonObject Draft(RolloutRow row, string taken) =>
        new()
        {
            ["title"] = $"A release of {ArtifactKindNames.Of((ArtifactKind)row.Kind)} {row.Name} was stopped",
            ["release"] = IdOf(row),
            ["digest"] = row.Digest,
            ["cause"] = row.Reason,
            ["wave"] = row.Wave,
            ["open_to_all"] = row.IsOpen,
            ["started_on"] = ApiAnswer.Time(row.StartedAt),
            ["stopped_on"] = row.EndedAt is { } at ? ApiAnswer.Time(at) : null,
            ["taken_back"] = taken,
        };

    private static RolloutDecisionRow Decision(RolloutRow row, WaveDecision decision, string by) =>
        new()
        {
            RolloutId = row.Id,
            What = decision.What,
            Text = decision.Text,
            By = by,
            At = decision.At.UtcDateTime,
        };

    private static JsonObject Summary(RolloutRow row) =>
        new()
        {
            ["state"] = RolloutJson.StateOf(row),
            ["wave"] = row.Wave,
            ["open_to_all"] = row.IsOpen,
            ["reason"] = row.Reason,
            ["revert_generation"] = row.RevertGeneration,
        };
}

/// <summary>A rollout was changed by somebody else since it was read: what was decided for it is not written.</summary>
internal sealed class StaleRolloutException() : Exception("the rollout was changed meanwhile");

/// <summary>What the driver looks at.</summary>
/// <param name="Rows">The rollouts that are not over, by generation.</param>
/// <param name="InUse">The generation that every edge may have, of each of their artifacts; 0 when there is none.</param>
/// <param name="Edges">What edges have said, of those that were asked for.</param>
/// <param name="Nodes">The edges that are known, and when each was heard of last.</param>
internal sealed record RolloutView(
    IReadOnlyList<RolloutRow> Rows,
    IReadOnlyDictionary<(int Kind, string Name), long> InUse,
    IReadOnlyDictionary<long, IReadOnlyList<ReleaseEdgeRow>> Edges,
    IReadOnlyDictionary<string, DateTime> Nodes
);
