using Holdfast.Drills.Grading;

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

    internal LawGrade GradeVisitors(DrillRun run) => Visitors.Grade(run.Timeline, run.InFlightAtDeaths);
}
