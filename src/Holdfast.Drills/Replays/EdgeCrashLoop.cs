using Holdfast.Drills.Grading;

namespace Holdfast.Drills.Replays;

/// <summary>Edges die over and over; who holds their sockets starts them again, and visitors wait in the backlog.</summary>
internal sealed class EdgeCrashLoop : Drill
{
    private const int Crashes = 6;

    /// <inheritdoc/>
    public override string Name => "edge-crash-loop";

    /// <inheritdoc/>
    public override string Summary => "edges are killed over and over; visitors wait in the sockets' backlog and nobody is refused";

    // A request that is being answered by the process that dies is its cost (law 3).
    private protected override VisitorsLaw Visitors => new(3);

    internal override async Task BringAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var slowest = 0.0;
        for (var crash = 0; crash < Crashes; crash++)
        {
            var edge = crash % run.Fleet.Edges.Count;
            run.Say($"{run.Fleet.Edges[edge].Name} is killed");
            slowest = Math.Max(slowest, await run.CrashAsync(edge, cancellationToken));
            await DrillRun.LetPassAsync(1, cancellationToken);
        }

        run.RevertSeconds = slowest;
        var refused = run.Timeline.Losses.Count(static loss => loss.Trouble.Contains("refused", StringComparison.OrdinalIgnoreCase));
        run.Grade(22, refused == 0, $"{refused} connections refused in {Crashes} deaths, 0 allowed");
    }
}
