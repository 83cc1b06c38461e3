using System.Globalization;
using Holdfast.Releases.Tests.Rollout.Simulation;

namespace Holdfast.Bench.Fleet;

/// <summary>What each kind of bad release does to a fleet, as a table and as curves.</summary>
internal static class BadReleases
{
    public static void Run(FleetShape shape, int runs, ulong seed, string? output)
    {
        Console.WriteLine("| release | hit: median | 95% | worst | first edge back | fleet stops | all back: median | 95% | not stopped |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        var curves = new List<(string, double[])>();
        foreach (var release in BadRelease.All)
        {
            var outcomes = Runs.Of(shape, release, runs, seed);
            var hits = outcomes.Select(outcome => outcome.HitShare).Order().ToArray();
            curves.Add((release.Name, hits));
            var gone = Sorted(outcomes, outcome => outcome.Gone);
            Console.WriteLine(
                $"| {release.Name} | {Share(At(hits, 0.5))} | {Share(At(hits, 0.95))} | {Share(hits[^1])} "
                    + $"| {Seconds(Sorted(outcomes, outcome => outcome.FirstVerdict), 0.5)} | {Seconds(Sorted(outcomes, outcome => outcome.Stopped), 0.5)} "
                    + $"| {Seconds(gone, 0.5)} | {Seconds(gone, 0.95)} | {outcomes.Count(outcome => outcome.Stopped is null)} of {runs} |"
            );
        }

        if (output is not null)
        {
            Directory.CreateDirectory(output);
            File.WriteAllText(
                Path.Combine(output, "fleet-hit.svg"),
                HitCurves.Svg("Share of an hour's requests that a bad release hits", curves)
            );
        }
    }

    private static double[] Sorted(FleetOutcome[] outcomes, Func<FleetOutcome, double?> of) =>
        [.. outcomes.Select(of).Where(at => at is not null).Select(at => at!.Value).Order()];

    private static double At(double[] sorted, double share) => sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];

    private static string Seconds(double[] sorted, double share) =>
        sorted.Length == 0 ? "never" : string.Create(CultureInfo.InvariantCulture, $"{At(sorted, share):0} s");

    private static string Share(double share) =>
        share == 0 ? "0"
        : share >= 0.01 ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.#}%")
        : string.Create(CultureInfo.InvariantCulture, $"{share * 1e6:0.##} ppm");
}
