using Holdfast.Control.Storage;
using Holdfast.Model.Releases;
using Holdfast.Releases.Rollout.Waves;

namespace Holdfast.Control.Releases.Rollouts;

/// <summary>A rollout in memory: what is written of it, and what decides.</summary>
internal sealed class RunningRollout
{
    /// <summary>A rollout as it was written down.</summary>
    /// <param name="row">What was written.</param>
    /// <param name="edges">What edges have said.</param>
    /// <param name="loadedAt">When it is taken up again: its wave soaks anew from then on, because nobody looked meanwhile. Null to look only.</param>
    public RunningRollout(RolloutRow row, IReadOnlyList<ReleaseEdgeRow> edges, DateTimeOffset? loadedAt = null)
    {
        Row = row;
        var progress = ProgressOf(row);
        if (loadedAt is { } now && progress is { Wave: > 0, IsOpen: false, IsPaused: false })
        {
            progress = progress with { WaveAt = now, FullAt = null, Phase = WavePhase.Rolling };
        }

        Waves = new WaveRollout(WavePolicy.Of((ArtifactKind)row.Kind) ?? WavePolicy.Staged, row.Digest, progress, []);
        foreach (var edge in edges)
        {
            Waves.Note(edge.Node, (EdgeStanding)edge.Standing, edge.Reason);
        }
    }

    /// <summary>As it was read or written last.</summary>
    public RolloutRow Row { get; set; }

    public WaveRollout Waves { get; }

    public bool IsOf(EdgeReport report) =>
        Row.Kind == (int)report.Kind && Row.Name == report.Name && Row.ReleaseGeneration == report.Generation;

    /// <summary>Takes in what an edge said, unless it says less than what is known.</summary>
    public void Note(EdgeReport report)
    {
        if (EdgeReport.Replaces(report.Standing, Waves.Edges.GetValueOrDefault(report.Node)))
        {
            Waves.Note(report.Node, report.Standing, report.Reason);
        }
    }

    /// <summary>Gives a row what the waves have come to.</summary>
    public void WriteTo(RolloutRow row)
    {
        var progress = Waves.Progress;
        row.Phase = (int)progress.Phase;
        row.Wave = progress.Wave;
        row.WaveAt = progress.WaveAt?.UtcDateTime;
        row.FullAt = progress.FullAt?.UtcDateTime;
        row.IsOpen = progress.IsOpen;
        row.IsPaused = progress.IsPaused;
        row.BeforeGeneration = Row.BeforeGeneration;
        row.Reason = Row.Reason;
        row.Version++;
    }

    private static WaveProgress ProgressOf(RolloutRow row) =>
        new()
        {
            Phase = (WavePhase)row.Phase,
            Wave = row.Wave,
            WaveAt = TimeOf(row.WaveAt),
            FullAt = TimeOf(row.FullAt),
            IsOpen = row.IsOpen,
            IsPaused = row.IsPaused,
        };

    private static DateTimeOffset? TimeOf(DateTime? time) => time is { } at ? new DateTimeOffset(at, TimeSpan.Zero) : null;
}
