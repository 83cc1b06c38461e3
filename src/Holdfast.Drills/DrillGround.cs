using Holdfast.Drills.Fleets;
using Holdfast.Drills.Grading;
using Holdfast.Drills.Programs;
using Holdfast.Drills.Protections;
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
    /// <param name="drill">Which.</param>
    /// <param name="without">What the fleet is to be without: of the drill's own walls.</param>
    /// <param name="cancellationToken">The person gave up.</param>
    /// <returns>What came of it, also when it could not be held to its end.</returns>
    public async Task<DrillReport> HoldAsync(Drill drill, IReadOnlyList<Protection> without, CancellationToken cancellationToken)
    {
        try
        {
            var setup = new FleetSetup
            {
                FaultInjection = drill.FaultInjection,
                DisksMayFill = drill.DisksMayFill,
                Defects = drill.Defects,
                ControlDefects = drill.ControlDefects,
                HasStatusPage = drill.HasStatusPage,
                Without = without,
            };
            await using var fleet = await Fleet.StartAsync(program, directory, setup, progress, cancellationToken);
            return await HoldAsync(drill, fleet, without, cancellationToken);
        }
        catch (DrillFailure failure)
        {
            return new DrillReport(drill, null, new Timeline(), [], failure.Message) { Without = without };
        }
    }

    private async Task<DrillReport> HoldAsync(
        Drill drill,
        Fleet fleet,
        IReadOnlyList<Protection> without,
        CancellationToken cancellationToken
    )
    {
        // The load begins where the timeline of the report does.
        var timeline = new Timeline();
        await using var visitors = new SteadyVisitors(fleet, timeline, rate);
        var run = new DrillRun(fleet, visitors, timeline, progress) { Without = without };
        foreach (var edge in fleet.Edges)
        {
            edge.Died = () => run.NoteDeath(edge.Name);
        }

        string? fault = null;
        try
        {
            visitors.Start();
            run.Say($"visitors come: {rate} requests a second, {fleet.Zones.Count} zones, {fleet.Edges.Count} edges");
            if (without.Count > 0)
            {
                run.Say($"the edges are without {string.Join(", ", without.Select(static wall => wall.Name))}");
            }

            await DrillRun.LetPassAsync(CalmSeconds, cancellationToken);
            await drill.BringAsync(run, cancellationToken);
            await DrillRun.LetPassAsync(CalmSeconds, cancellationToken);
            await visitors.StopAsync();
            run.Say("visitors have gone");
            await drill.AfterwardsAsync(run, cancellationToken);
        }
        catch (DrillFailure failure)
        {
            // Those who still wait have their patience, so that what is said to be lost is all that was lost.
            fault = failure.Message;
            run.Say($"it cannot go on: {fault}");
            await visitors.StopAsync();
        }

        return new DrillReport(drill, run, timeline, fault is null ? [.. run.Grades, drill.GradeVisitors(run)] : run.Grades, fault)
        {
            Without = without,
            EdgeDeaths = fleet.Edges.Sum(static edge => edge.Deaths),
            IsOutage = run.CauseAt is { } from && drill.IsOutage(run, from),
        };
    }
}
