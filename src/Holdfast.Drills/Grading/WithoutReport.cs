namespace Holdfast.Drills.Grading;

/// <summary>A drill that was held with all of its protections, and then with one less each time: what each of them bought.</summary>
/// <param name="Drill">Which drill.</param>
/// <param name="Runs">The runs in their order; the first has all protections.</param>
public sealed record WithoutReport(Drill Drill, IReadOnlyList<DrillReport> Runs)
{
    /// <summary>Whether the last run has none of the drill's protections left.</summary>
    public bool IsBare => Runs.Count > 1 && Runs[^1].Without.Count == Drill.Walls.Count;

    /// <summary>With all of them nothing broke, and with none of them it was the outage of then.</summary>
    public bool Passed => Runs is [{ Passed: true }, ..] && (!IsBare || Runs[^1].IsOutage);

    /// <summary>One sentence that says so, or why not.</summary>
    public string Verdict =>
        Runs is not [{ Passed: true }, ..] ? "with every protection the drill has failed"
        : !IsBare ? "with every protection the drill has passed; some were left, so the outage need not have come"
        : Runs[^1].IsOutage ? "with every protection nothing broke; with none it is the outage of then"
        : "with none of them the outage did not come: passing with them proves nothing";

    /// <summary>What taking the last of a run's protections away changed.</summary>
    /// <param name="index">The run, from 1.</param>
    public string Bought(int index)
    {
        var (before, after) = (Runs[index - 1], Runs[index]);
        var requests = after.Lost - before.Lost;
        return requests > 0
            ? FormattableString.Invariant($"{(ShareOf(after) - ShareOf(before)) * 100:0.0}% more of the requests")
            : "nothing by itself here: another one stands behind it";
    }

    /// <summary>Which share of a run's requests were lost, 0 to 1.</summary>
    public static double ShareOf(DrillReport run) => run.Requests == 0 ? 1 : (double)run.Lost / run.Requests;
}
