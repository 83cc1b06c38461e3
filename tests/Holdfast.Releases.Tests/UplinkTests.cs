using System.Text.Json.Nodes;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Uplink;

namespace Holdfast.Releases.Tests;

public sealed class UplinkTests
{
    [Fact]
    public void Ring_ProcessKilled_HasItsRecordsAndGoesOnCounting()
    {
        using var fixture = new Fixture();
        var killed = Ring(fixture);
        killed.Add("one", new JsonObject { ["n"] = 1 });
        killed.Add("two", []);

        // No Dispose: that is what a kill -9 leaves.
        using var ring = Ring(fixture);
        ring.Add("three", []);
        var records = ring.Peek();
        Assert.Equal(["one", "two", "three"], records.Select(record => record.Type));
        Assert.Equal(1, records[0].Body.GetProperty("n").GetInt32());
        Assert.True(records[0].Sequence < records[1].Sequence && records[1].Sequence < records[2].Sequence);
    }

    [Fact]
    public void Ring_DamagedAndCutLines_CostOnlyThemselves()
    {
        using var fixture = new Fixture();
        using (var first = Ring(fixture))
        {
            for (var i = 0; i < 3; i++)
            {
                first.Add($"r{i}", []);
            }
        }

        var file = Assert.Single(Directory.GetFiles(UplinkDirectory(fixture)));
        var lines = File.ReadAllLines(file);
        File.WriteAllText(file, $"{lines[0]}\n{lines[1].Replace("r1", "rX", StringComparison.Ordinal)}\ngarbage\n{lines[2][..40]}");
        using var ring = Ring(fixture);
        ring.Add("next", []);
        Assert.Equal(["r0", "next"], ring.Peek().Select(record => record.Type));
    }

    [Fact]
    public void Ring_Full_DropsTheOldestCountsThemAndTells()
    {
        using var fixture = new Fixture();
        using var ring = new UplinkRing("edge-1", UplinkDirectory(fixture), TimeProvider.System, 64 * 1024);
        for (var i = 0; i < 1000; i++)
        {
            ring.Add("r", new JsonObject { ["i"] = i, ["pad"] = new string('x', 200) });
        }

        Assert.InRange(ring.Count, 100, 400);
        Assert.Equal(1000, ring.Count + ring.Dropped);
        var told = 0L;
        while (ring.Peek() is { Count: > 0 } batch)
        {
            told += batch
                .Where(record => record.Type == UplinkRecordTypes.Dropped)
                .Sum(record => record.Body.GetProperty("count").GetInt64());
            ring.Trim(batch[^1].Sequence);
        }

        Assert.Equal(ring.Dropped, told);
        Assert.InRange(Directory.GetFiles(UplinkDirectory(fixture)).Sum(file => new FileInfo(file).Length), 0, 2 * 64 * 1024);
    }

    [Fact]
    public void Ring_WithoutAWritableDisk_WorksInMemory()
    {
        using var fixture = new Fixture();
        File.WriteAllText(UplinkDirectory(fixture), "in the way");
        using var ring = Ring(fixture);
        ring.Add("one", []);
        Assert.Single(ring.Peek());
        Assert.NotNull(ring.DiskProblem);
        ring.Trim(ring.Peek()[0].Sequence);
        Assert.Empty(ring.Peek());
    }

    [Fact]
    public void Ring_DiskLost_SequencesStillAscend()
    {
        using var fixture = new Fixture();
        long before;
        using (var ring = Ring(fixture))
        {
            ring.Add("one", []);
            before = ring.Peek()[0].Sequence;
        }

        Directory.Delete(UplinkDirectory(fixture), recursive: true);
        var later = new InstantTime();
        later
            .CreateTimer(
                _ => { },
                null,
                TimeProvider.System.GetUtcNow() - later.GetUtcNow() + TimeSpan.FromSeconds(1),
                Timeout.InfiniteTimeSpan
            )
            .Dispose();
        using var anew = new UplinkRing("edge-1", UplinkDirectory(fixture), later);
        anew.Add("two", []);
        Assert.True(anew.Peek()[0].Sequence > before);
    }

    [Fact]
    public async Task Sender_ChannelFails_TriesAgainAndLosesNothing()
    {
        using var fixture = new Fixture();
        using var ring = Ring(fixture);
        var uplink = new FlakyUplink(failures: 3);
        ring.Add("one", []);
        ring.Add("two", []);
        await SendAllAsync(ring, uplink);
        Assert.Equal(["one", "two"], uplink.Delivered.Select(record => record.Type));
    }

    [Fact]
    public async Task Sender_BatchThatIsNeverTaken_IsGivenUpAndCounted()
    {
        using var fixture = new Fixture();
        using var ring = Ring(fixture);
        var uplink = new FlakyUplink(failures: 1, permanent: true);
        ring.Add("poison", []);
        await SendAllAsync(ring, uplink);
        var told = Assert.Single(uplink.Delivered);
        Assert.Equal((UplinkRecordTypes.Dropped, 1), (told.Type, told.Body.GetProperty("count").GetInt32()));
    }

    private static async Task SendAllAsync(UplinkRing ring, FlakyUplink uplink)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = new UplinkSender(ring, uplink, new InstantTime(), new Random(1)).RunAsync(stopping.Token);
        await uplink.Arrived.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await stopping.CancelAsync();
        await running;
    }

    private static string UplinkDirectory(Fixture fixture) => Path.Combine(fixture.Root, "uplink");

    private static UplinkRing Ring(Fixture fixture) => new("edge-1", UplinkDirectory(fixture), TimeProvider.System);

    private sealed class FlakyUplink(int failures, bool permanent = false) : IEdgeUplink
    {
        private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _failures = failures;

        public List<UplinkRecord> Delivered { get; } = [];

        public Task Arrived => _arrived.Task;

        public Task<long> SendAsync(IReadOnlyList<UplinkRecord> batch, CancellationToken cancellationToken)
        {
            if (_failures-- > 0)
            {
                throw new ControlRefusedException("not now", permanent);
            }

            Delivered.AddRange(batch);
            _arrived.TrySetResult();
            return Task.FromResult(batch[^1].Sequence);
        }
    }
}
