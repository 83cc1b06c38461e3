using Holdfast.Drills.Grading;
using Holdfast.Drills.Protections;

namespace Holdfast.Drills;

/// <summary>One outage, replayed against real processes under load, and graded by the design's laws.</summary>
public abstract class Drill
{
    /// <summary>Its name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What it brings about, and what has to hold: one line.</summary>
    public abstract string Summary { get; }

    /// <summary>The outage that it replays: who, when, what; null for one that needs no precedent.</summary>
    public virtual string? Precedent => null;

    /// <summary>How that went on; null where it was not told to the minute.</summary>
    public virtual Chronicle? Chronicle => null;

    /// <summary>What stands between its cause and the visitors, in the order in which it is taken away; empty where nothing can be.</summary>
    public virtual IReadOnlyList<Protection> Walls => [];

    /// <summary>Whether its edges may be made to fail.</summary>
    internal virtual bool FaultInjection => Walls.Count > 0;

    /// <summary>The defects of then that its edges have; empty where the drill needs none.</summary>
    internal virtual IReadOnlyList<string> Defects => [];

    /// <summary>The same of control: names of parts that can be faulty, told to it where <see cref="Defects"/> are.</summary>
    internal virtual IReadOnlyList<string> ControlDefects => [];

    /// <summary>Whether its fleet has a status page.</summary>
    internal virtual bool HasStatusPage => false;

    /// <summary>
    /// Whether it may be held on a machine that serves visitors: it has machines of its own, and takes no more of this one's processors than its
    /// visitors do.
    /// </summary>
    public virtual bool IsGentle => true;

    /// <summary>Whether its cause may cost edges' processes: what was in flight in one that died is lost, and nothing else.</summary>
    internal virtual bool MayCostProcesses => false;

    /// <summary>Whether its machines' disks may be filled.</summary>
    internal virtual bool DisksMayFill => false;

    /// <summary>
    /// With all walls gone, whether that is the outage that happened then: otherwise holding the drill with them proves nothing.
    /// </summary>
    /// <param name="run">The drill as it was held.</param>
    /// <param name="from">When the cause came, on its timeline.</param>
    internal virtual bool IsOutage(DrillRun run, double from) => false;

    /// <summary>Brings the cause and grades what came of it.</summary>
    /// <param name="run">The fleet, its visitors, and the grades.</param>
    /// <param name="cancellationToken">The person gave up.</param>
    /// <exception cref="DrillFailure">Something that had to happen did not.</exception>
    internal abstract Task BringAsync(DrillRun run, CancellationToken cancellationToken);

    /// <summary>What is done when the visitors have gone: nothing, unless a drill says otherwise.</summary>
    /// <exception cref="DrillFailure">Something that had to happen did not.</exception>
    internal virtual Task AfterwardsAsync(DrillRun run, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The law that says what the visitors may lose, and its bound.</summary>
    private protected abstract VisitorsLaw Visitors { get; }

    internal LawGrade GradeVisitors(DrillRun run) =>
        Visitors.Grade(run.Timeline, run.InFlightAtDeaths + (MayCostProcesses ? run.CutOffByDeaths : 0));
}
