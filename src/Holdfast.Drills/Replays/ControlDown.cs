using Holdfast.Drills.Grading;

namespace Holdfast.Drills.Replays;

/// <summary>Control is killed, an edge dies meanwhile and starts from its own disk; then control comes back.</summary>
internal sealed class ControlDown : Drill
{
    /// <inheritdoc/>
    public override string Name => "control-down";

    /// <inheritdoc/>
    public override string Summary =>
        "control is killed; an edge dies meanwhile and boots from its own disk; control comes back and a change goes out";

    private protected override VisitorsLaw Visitors => new(14);

    internal override async Task BringAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var fleet = run.Fleet;
        var began = run.Timeline.Now;
        run.Say("control is killed");
        await fleet.Control.KillAsync();
        await DrillRun.LetPassAsync(3, cancellationToken);

        run.Say("edge-1 is killed too, and starts without control");
        await run.CrashAsync(0, cancellationToken);
        await fleet.ServesAllAsync(0, cancellationToken);
        run.Grade(14, true, "edge-1 serves all zones from its disk, control being dead");
        await DrillRun.LetPassAsync(2, cancellationToken);

        run.Say("control is started again");
        await fleet.Control.StartAsync(cancellationToken);
        run.StopSeconds = run.Timeline.Now - began;
        var live = await run.PublishAsync("after.example.com", Enumerable.Range(0, fleet.Edges.Count), cancellationToken);
        run.RevertSeconds = run.Timeline.Now - began;
        run.Say(FormattableString.Invariant($"a new zone is live on every edge after {live:0.00} s"));

        // Edges look for a control that went away again and again, with pauses that grow.
        run.Grade(
            14,
            live <= 15,
            FormattableString.Invariant($"a change reaches every edge {live:0.00} s after control is back, 15 allowed")
        );
    }
}
