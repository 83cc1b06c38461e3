using Holdfast.Drills.Visitors;

namespace Holdfast.Drills.Grading;

/// <summary>The law that says what visitors may lose: nothing but what was in flight in a process that the drill killed.</summary>
/// <param name="Law">Its number.</param>
internal sealed record VisitorsLaw(int Law)
{
    /// <summary>What was lost, against the bound. No visitors at all prove nothing, and fail.</summary>
    /// <param name="timeline">What happened.</param>
    /// <param name="inFlight">How many requests were being answered by processes when they were killed.</param>
    public LawGrade Grade(Timeline timeline, long inFlight)
    {
        var lost = timeline.LostCount;
        var excused =
            inFlight > 0 ? FormattableString.Invariant($" the {inFlight} that were in flight in a process that ended at most") : " 0";
        return new LawGrade(
            Law,
            timeline.AnsweredCount > 0 && lost <= inFlight,
            FormattableString.Invariant(
                $"{lost} of {timeline.AnsweredCount + lost} requests lost, allowed{excused}; p99 {timeline.Quantile(0.99):0.0} ms"
            )
        );
    }
}
