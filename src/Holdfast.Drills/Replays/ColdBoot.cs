using Holdfast.Drills.Grading;

namespace Holdfast.Drills.Replays;

/// <summary>Everything is dead, control too, and the edges have to come up from their own disks.</summary>
internal sealed class ColdBoot : Drill
{
    /// <inheritdoc/>
    public override string Name => "cold-boot";

    /// <inheritdoc/>
    public override string Summary =>
        "every process is killed and control stays dead; the edges boot from their own disks and serve everything";

    private protected override VisitorsLaw Visitors => new(14);

    internal override async Task BringAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var fleet = run.Fleet;
        run.Say("control is killed, and stays dead");
        await fleet.Control.KillAsync();

        // One machine after the other: the others have its visitors, as with addresses that are taken out of the DNS.
        var slowest = 0.0;
        for (var index = 0; index < fleet.Edges.Count; index++)
        {
            var edge = fleet.Edges[index];
            run.Visitors.Avoid(edge.Name);
            await DrillRun.LetPassAsync(0.5, cancellationToken);
            run.Say($"{edge.Name} loses its power");
            await edge.KillAsync();
            var began = run.Timeline.Now;
            await edge.StartAsync(cancellationToken);
            await fleet.ServesAllAsync(index, cancellationToken);
            slowest = Math.Max(slowest, run.Timeline.Now - began);
            run.Say($"{edge.Name} serves every zone");
            run.Visitors.Return(edge.Name);
            await DrillRun.LetPassAsync(1, cancellationToken);
        }

        run.RevertSeconds = slowest;
        run.Grade(
            14,
            true,
            FormattableString.Invariant($"every edge serves all zones from its disk alone, at the most {slowest:0.0} s after its start")
        );
    }

    internal override async Task AfterwardsAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var fleet = run.Fleet;
        run.Say("the power goes everywhere at once");
        await Task.WhenAll(fleet.Edges.Select(edge => edge.KillAsync()));
        await Task.WhenAll(fleet.Edges.Select(edge => edge.StartAsync(cancellationToken)));
        for (var index = 0; index < fleet.Edges.Count; index++)
        {
            await fleet.ServesAllAsync(index, cancellationToken);
        }

        run.Grade(14, true, "all edges at once, without control: every zone is served");
    }
}
