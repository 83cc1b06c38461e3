using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Holdfast.Edge.Tests.Soak;

/// <summary>
/// Random traffic through a whole edge, each answer judged by a model of the standards. <c>tests/soak.sh</c> runs it for longer, by these
/// variables: <c>HOLDFAST_SOAK_SECONDS</c>, <c>HOLDFAST_SOAK_SEED</c> (of the first round), <c>HOLDFAST_SOAK_ROUNDS</c> (the most).
/// It keeps the machine busy, so it runs when no other test does.
/// </summary>
[CollectionDefinition(nameof(SoakTests), DisableParallelization = true)]
[Collection(nameof(SoakTests))]
public class SoakTests(ITestOutputHelper output)
{
    // An edge is made anew after so many rounds, so that nothing has to be evicted.
    private const int RoundsForAnEdge = 100;

    private const int MostFailures = 20;

    [Fact]
    public async Task RandomTraffic_GetsOnlyAnswersThatTheStandardsAllow()
    {
        var seconds = Setting("HOLDFAST_SOAK_SECONDS", 8);
        var seed = Setting("HOLDFAST_SOAK_SEED", 1);
        var most = Setting("HOLDFAST_SOAK_ROUNDS", int.MaxValue);
        var watch = Stopwatch.StartNew();
        long requests = 0;
        var rounds = 0;
        List<string> failures = [];

        // The hour may be ended before its time, by SIGTERM too, and says then what it has seen.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var terminated = PosixSignalRegistration.Create(
            PosixSignal.SIGTERM,
            signal =>
            {
                signal.Cancel = true;
                stopping.Cancel();
            }
        );
        bool GoesOn() =>
            rounds < most && failures.Count < MostFailures && watch.Elapsed.TotalSeconds < seconds && !stopping.IsCancellationRequested;

        while (GoesOn())
        {
            await using var run = await SoakRun.StartAsync();
            for (var left = RoundsForAnEdge; left > 0 && GoesOn(); left--, rounds++)
            {
                try
                {
                    await run.PlayAsync(seed + rounds, tellsAll: most == 1, stopping.Token);
                }
                catch (SoakException e)
                {
                    // The others go on: that one fails often says more than that it fails.
                    failures.Add($"seed {seed + rounds} (tests/soak.sh --seed {seed + rounds} --rounds 1): {e.Message}");
                }
            }

            requests += run.Requests;
        }

        Assert.True(failures.Count == 0, $"{failures.Count} of {rounds} rounds failed\n{string.Join("\n\n", failures)}");
        output.WriteLine(
            $"{requests} requests in {rounds} rounds from seed {seed}, {watch.Elapsed.TotalSeconds:0} s: every answer was allowed"
        );
        Assert.True(rounds > 0);
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
