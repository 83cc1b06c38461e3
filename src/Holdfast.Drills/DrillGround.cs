using Holdfast.Drills.Fleets;
using Holdfast.Drills.Grading;
using Holdfast.Drills.Programs;
using Holdfast.Drills.Visitors;

namespace Holdfast.Drills;

/// <summary>Where drills are held: a fleet of real processes in a directory of its own, made for one drill and gone after it.</summary>
/// <param name="program">The program that is drilled.</param>
/// <param name="rate">Visitors' requests a second, over all zones and edges.</param>
/// <param name="directory">The directory, empty or not there yet.</param>
/// <param name="progress">Told what is being done.</param>
public sealed class DrillGround(IHoldfastProgram program, int rate, string directory, Action<string> progress)
{
    /// <summary>Visitors' requests a second that a drill has unless it is told otherwise.</summary>
    public const int DefaultRate = 2_000;

    /// <summary>How long the visitors come before the cause does, and after its end.</summary>
    private const double CalmSeconds = 2;

    /// <summary>Holds a drill.</summary>
    /// <returns>What came of it, also when it could not be held to its end.</returns>
    public async Task<DrillReport> HoldAsync(Drill drill, CancellationToken cancellationToken)
    {
        var timeline = new Timeline();
        DrillRun? run = null;
        try
        {
            await using var fleet = await Fleet.StartAsync(program, directory, progress, cancellationToken);

            // The load begins where the timeline of the report does.
            timeline = new Timeline();
            await using var visitors = new SteadyVisitors(fleet, timeline, rate);
            run = new DrillRun(fleet, visitors, timeline, progress);
            visitors.Start();
            run.Say($"visitors come: {rate} requests a second, {fleet.Zones.Count} zones, {fleet.Edges.Count} edges");
            await DrillRun.LetPassAsync(CalmSeconds, cancellationToken);
            await drill.BringAsync(run, cancellationToken);
            await DrillRun.LetPassAsync(CalmSeconds, cancellationToken);
            await visitors.StopAsync();
            run.Say("visitors have gone");
            await drill.AfterwardsAsync(run, cancellationToken);
            return new DrillReport(drill, run, timeline, [.. run.Grades, drill.GradeVisitors(run)], null);
        }
        catch (DrillFailure failure)
        {
            return new DrillReport(drill, run, timeline, run?.Grades ?? [], failure.Message);
        }
    }
}
