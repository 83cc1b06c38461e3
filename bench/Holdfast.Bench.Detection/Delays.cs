using System.Globalization;
using Holdfast.Status.Tests.Detection.Simulation;

namespace Holdfast.Bench.Detection;

/// <summary>How soon changes are found, in one-second steps.</summary>
internal static class Delays
{
    public static void Run(int trials, string? output)
    {
        (string File, string Title, Trials[] Trials)[] figures =
        [
            (
                "detection-errors-busy",
                "Edge errors at 100 requests a second: share found, by seconds",
                [Trials.Jump(100, 0.001, 300), Trials.Jump(100, 0.01, 300), Trials.Jump(100, 0.1, 300), Trials.Jump(100, 1, 300)]
            ),
            (
                "detection-errors-quiet",
                "Edge errors at 1 request a second: share found, by seconds",
                [Trials.Jump(1, 0.01, 1_800), Trials.Jump(1, 0.03, 1_800), Trials.Jump(1, 0.1, 1_800), Trials.Jump(1, 1, 1_800)]
            ),
            (
                "detection-ramps",
                "Slow rises at 100 requests a second: share found, by seconds",
                [Trials.Ramp(100, 0.01, 3_600, 3_600), Trials.Ramp(100, 0.001, 3_600, 3_600)]
            ),
            (
                "detection-young",
                "Edge errors at 100 requests a second, of what was not watched before: share found, by seconds",
                [
                    Trials.Young(100, 0.3, 30, 300),
                    Trials.Young(100, 1, 30, 300),
                    Trials.Young(100, 0.03, 720, 300),
                    Trials.Young(100, 0.1, 720, 300),
                    Trials.Young(100, 0.01, 1_800, 300),
                ]
            ),
            (
                "detection-requests",
                "Requests that stay away, or come in numbers: share found, by seconds",
                [
                    Trials.Traffic(100, 0, 600),
                    Trials.Traffic(100, 0.4, 600),
                    Trials.Traffic(1, 0, 600),
                    Trials.Traffic(100, 0, 600, ZoneKind.Noisy),
                    Trials.Traffic(100, 5, 600),
                ]
            ),
        ];
        Console.WriteLine();
        Console.WriteLine($"delays: {trials} trials each after four weeks at 10-second steps, one-second steps around the change");
        Console.WriteLine($"{"change", -66}{"zone", 10}{"found", 9}{"within", 8}{"median", 8}{"99%", 8}");
        foreach (var (file, title, figure) in figures)
        {
            var curves = new (string Name, List<int> Delays, int Of)[figure.Length];
            Parallel.For(
                0,
                figure.Length,
                new ParallelOptions { MaxDegreeOfParallelism = 2 },
                i => curves[i] = (figure[i].Name, figure[i].Run(trials, 2_000 + (ulong)i), trials)
            );
            for (var i = 0; i < figure.Length; i++)
            {
                var delays = curves[i].Delays;
                Console.WriteLine(
                    $"{figure[i].Name, -66}{figure[i].Kind, 10}{Share(delays.Count, trials), 9}{figure[i].Seconds + " s", 8}{At(delays, trials, 0.5), 8}{At(delays, trials, 0.99), 8}"
                );
                foreach (var within in new[] { 10, 60, 600 }.Where(within => within < figure[i].Seconds))
                {
                    Console.WriteLine($"{"", -76}{Share(delays.Count(delay => delay <= within), trials), 9}{within + " s", 8}");
                }
            }

            if (output is not null)
            {
                File.WriteAllText(Path.Combine(output, file + ".svg"), Curves.Svg(title, curves, figure.Max(one => one.Seconds)));
            }
        }
    }

    private static string Share(int count, int of) => (100.0 * count / of).ToString("0.0", CultureInfo.InvariantCulture) + "%";

    private static string At(List<int> delays, int of, double share)
    {
        var index = (int)Math.Ceiling(of * share) - 1;
        return index < delays.Count ? delays[index] + " s" : "-";
    }
}
