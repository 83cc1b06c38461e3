using System.Diagnostics;
using Holdfast.Cache.Disk;

namespace Holdfast.Cache.Tests.Disk;

/// <summary>Figures for docs/performance.md; runs when it is asked for (<c>-explicit only</c>).</summary>
[CollectionDefinition(nameof(DiskFigures), DisableParallelization = true)]
[Collection(nameof(DiskFigures))]
public sealed class DiskFigures
{
    private const int BodyBytes = 600;
    private const int Sample = 20_000;

    [Theory(Explicit = true)]
    [InlineData(1_000)]
    [InlineData(1_000_000)]
    public async Task SoManyObjects_AreWrittenOpenedAndRead(int count)
    {
        using var directory = new DiskDirectory();
        var limits = new DiskStoreLimits { Budget = 8L * 1024 * 1024 * 1024 };
        var body = DiskRig.Body(BodyBytes);
        var writing = Stopwatch.StartNew();
        await using (var first = await DiskRig.OpenAsync(directory, limits, memory: 4 * 1024 * 1024))
        {
            for (var i = 0; i < count; i++)
            {
                first.Put($"/objects/{i}", body);
                if (i % 5000 == 0)
                {
                    await first.Disk.SettledAsync();
                }
            }

            await first.Disk.SettledAsync();
            Say($"{count} objects: {writing.Elapsed.TotalMicroseconds / count:F1} us each to put, dropped {first.Disk.Counters.Dropped}");
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var opening = Stopwatch.StartNew();
        await using var again = await DiskRig.OpenAsync(directory, limits, memory: 4 * 1024 * 1024);
        Say($"opened in {opening.Elapsed.TotalMilliseconds:F0} ms, {again.Disk.Count} objects, {again.Disk.Bytes / 1_048_576} MiB");
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        Say($"memory {(double)held / count:F1} bytes an object, index {(double)again.Disk.IndexBytes / count:F1}");
        var random = new Random(1);
        for (var round = 0; round < 3; round++)
        {
            var reading = Stopwatch.StartNew();
            var spent = Environment.CpuUsage.TotalTime;
            for (var i = 0; i < Sample; i++)
            {
                var answer = await again.GetAsync($"/objects/{random.Next(count)}");
                Assert.Equal(BodyBytes, answer!.Body.Length);
            }

            var cpu = (Environment.CpuUsage.TotalTime - spent).TotalMicroseconds / Sample;
            Say(
                $"{reading.Elapsed.TotalMicroseconds / Sample:F1} us a hit, {cpu:F1} us of CPU; {again.Disk.Counters.Hits} from the disk so far"
            );
        }
    }

    private static void Say(string text) => TestContext.Current.TestOutputHelper!.WriteLine(text);
}
