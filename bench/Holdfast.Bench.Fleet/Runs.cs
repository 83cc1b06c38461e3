using Holdfast.Releases.Tests.Rollout.Simulation;

namespace Holdfast.Bench.Fleet;

/// <summary>Many hours of a fleet, on all processors; the order of the outcomes is that of the seeds.</summary>
internal static class Runs
{
    public static FleetOutcome[] Of(FleetShape shape, BadRelease release, int runs, ulong seed)
    {
        var outcomes = new FleetOutcome[runs];
        Parallel.For(0, runs, run => outcomes[run] = new FleetRun(shape, release, seed + (ulong)run).Run());
        return outcomes;
    }
}
