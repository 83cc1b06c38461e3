using System.Globalization;
using Holdfast.Releases.Tests.Rollout.Simulation;

namespace Holdfast.Bench.Fleet;

/// <summary>How often a good release is taken back from a fleet, or from an edge.</summary>
internal static class GoodReleases
{
    public static void Run(FleetShape shape, int releases, ulong seed)
    {
        var outcomes = Runs.Of(shape, BadRelease.None, releases, seed + 1_000_000);
        var stopped = outcomes.Where(outcome => outcome.Stopped is not null).ToList();
        var perThousand = 1_000.0 * stopped.Count / releases;
        var left = outcomes.Sum(outcome => outcome.Left) / (double)outcomes.Sum(outcome => outcome.Edges);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{releases} good releases, {shape.Edges} edges: {stopped.Count} taken back ({perThousand:0.##} in a thousand), {outcomes.Count(outcome => outcome.IsGood)} good within the hour; {left * 1e6:0.#} of a million edges went back alone"
            )
        );
        foreach (var why in stopped.Take(5))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  at {why.Stopped:0} s: {why.Failure}"));
        }
    }
}
