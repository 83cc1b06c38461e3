using Holdfast.Cache.Disk;

namespace Holdfast.Cache.Tests.Disk;

/// <summary>Disks that lose, change, refuse or delay: whatever they do, an answer is right or there is none.</summary>
public sealed class DiskDamageTests
{
    private static readonly byte[] One = DiskRig.Body(40, 1);
    private static readonly byte[] Two = DiskRig.Body(50, 2);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EveryByteFlipped_NothingWrongIsServed(bool stopped)
    {
        using var whole = await FilledAsync(stopped);
        var hits = 0;
        foreach (var file in Directory.GetFiles(whole.Cache))
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] ^= (byte)(1 << (i % 8));
                using var damaged = whole.Copy();
                await File.WriteAllBytesAsync(
                    Path.Combine(damaged.Cache, Path.GetFileName(file)),
                    bytes,
                    TestContext.Current.CancellationToken
                );
                hits += await CheckAsync(damaged);
                bytes[i] ^= (byte)(1 << (i % 8));
            }
        }

        // Most damage costs what it hits, and not all.
        Assert.True(hits > 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EveryLengthCutOff_NothingWrongIsServed(bool stopped)
    {
        using var whole = await FilledAsync(stopped);
        var hits = 0;
        foreach (var file in Directory.GetFiles(whole.Cache))
        {
            var length = new FileInfo(file).Length;
            for (var left = 0; left < length; left++)
            {
                using var damaged = whole.Copy();
                using (var cut = new FileStream(Path.Combine(damaged.Cache, Path.GetFileName(file)), FileMode.Open))
                {
                    cut.SetLength(left);
                }

                hits += await CheckAsync(damaged, mayLackEnd: !stopped);
            }
        }

        Assert.True(hits > 0);
    }

    [Fact]
    public async Task ALargeBodyDamagedInTheMiddle_IsBrokenOffOnce_AndGoneThen()
    {
        using var directory = new DiskDirectory();
        var limits = DiskRig.Small with { Budget = 64 * 1024 * 1024, SegmentLength = 8 * 1024 * 1024 };
        await using (var first = await DiskRig.OpenAsync(directory, limits))
        {
            first.Put("/a", DiskRig.Body(3_000_000));
        }

        var segment = Directory.GetFiles(directory.Cache, "*.segment").Single();
        var bytes = await File.ReadAllBytesAsync(segment, TestContext.Current.CancellationToken);
        bytes[1_500_000] ^= 1;
        await File.WriteAllBytesAsync(segment, bytes, TestContext.Current.CancellationToken);
        await using var again = await DiskRig.OpenAsync(directory, limits);
        Assert.True((await again.GetAsync("/a"))!.IsBrokenOff);
        Assert.Equal(1, again.Disk.Counters.DamagedReads);

        // The chunk itself is noticed before anything is promised.
        Assert.Null(await again.GetAsync("/a", "Range: bytes=1500000-1500001"));
        Assert.Null(await again.GetAsync("/a"));
    }

    [Fact]
    public async Task ADirectoryThatCannotBe_MissesAndIsWrittenWhenItCan()
    {
        using var directory = new DiskDirectory();
        await File.WriteAllTextAsync(directory.Cache, "a file in its place", TestContext.Current.CancellationToken);
        await using var rig = await DiskRig.OpenAsync(directory);
        rig.Put("/a", [1]);
        await rig.Disk.SettledAsync();
        Assert.NotNull(await rig.GetAsync("/a"));
        Assert.Equal(DiskStoreState.ReadOnly, rig.Disk.State);
        Assert.NotNull(rig.Disk.Problem);
        Assert.Equal(1, rig.Disk.Counters.Dropped);
        Assert.True(rig.Disk.Counters.RefusedWrites > 0);

        File.Delete(directory.Cache);
        await UntilAsync(async () =>
        {
            rig.Put("/a", [2]);
            await rig.Disk.SettledAsync();
            return rig.Disk.Counters.Written > 0;
        });
        Assert.Equal(DiskStoreState.Open, rig.Disk.State);
        using var killed = directory.Copy();
        await using var again = await DiskRig.OpenAsync(killed);
        Assert.Equal([2], (await again.GetAsync("/a"))!.Body);
    }

    [Fact]
    public async Task ADirectoryThatGoesMeanwhile_CostsNoAnswer()
    {
        using var directory = new DiskDirectory();
        await using var rig = await DiskRig.OpenAsync(directory);
        for (var i = 0; i < 100; i++)
        {
            rig.Put($"/{i}", DiskRig.Body(1000, i));
        }

        await rig.Disk.SettledAsync();
        Directory.Delete(directory.Cache, recursive: true);
        for (var i = 0; i < 5000; i++)
        {
            rig.Put($"/more/{i}", DiskRig.Body(1000, i));
        }

        await rig.Disk.SettledAsync();
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(DiskRig.Body(1000, i), (await rig.GetAsync($"/{i}"))!.Body);
        }
    }

    [Fact]
    public async Task ARemovalThatCannotBeWritten_IsWrittenDownBeforeAnythingElse()
    {
        using var directory = new DiskDirectory();
        await using var rig = await DiskRig.OpenAsync(directory);
        rig.Put("/a", [1]);
        await rig.Disk.SettledAsync();

        // The segment is full soon, and the next one cannot be made.
        var blocked = DiskSegment.PathOf(directory.Cache, 2);
        Directory.CreateDirectory(blocked);
        rig.Put("/b", DiskRig.Body(700_000));
        rig.Put("/c", DiskRig.Body(700_000));
        rig.Post("/a");
        await rig.Disk.SettledAsync();
        Assert.Null(await rig.GetAsync("/a"));
        Directory.Delete(blocked);
        await UntilAsync(async () =>
        {
            rig.Put("/d", [2]);
            await rig.Disk.SettledAsync();
            return rig.Disk.State == DiskStoreState.Open;
        });
        using var killed = directory.Copy();
        await using var again = await DiskRig.OpenAsync(killed);
        Assert.Null(await again.GetAsync("/a"));
        Assert.NotNull(await again.GetAsync("/d"));
    }

    [Fact]
    public async Task ASlowDisk_IsAMiss_AndLeftAloneForAWhile()
    {
        using var directory = new DiskDirectory();
        await using (var first = await DiskRig.OpenAsync(directory))
        {
            first.Put("/a", [1]);
        }

        var goOn = new TaskCompletionSource();
        var limits = DiskRig.Small with { ReadTimeout = TimeSpan.FromMilliseconds(20), SlowPause = TimeSpan.FromMilliseconds(1) };
        await using var again = await DiskRig.OpenAsync(directory, limits, beforeReading: () => goOn.Task);
        Assert.Null(await again.GetAsync("/a"));
        Assert.Equal(1, again.Disk.Counters.SlowReads);
        goOn.SetResult();
        await UntilAsync(async () => await again.GetAsync("/a") is not null);
    }

    [Fact]
    public async Task FilesOfOthers_StayAndAreNotRead()
    {
        using var directory = new DiskDirectory();
        Directory.CreateDirectory(directory.Cache);
        var names = new[] { "0000000007.segment", "notes.txt", "x.segment", "7.segment" };
        foreach (var name in names)
        {
            await File.WriteAllTextAsync(Path.Combine(directory.Cache, name), new string('x', 5000), TestContext.Current.CancellationToken);
        }

        Directory.CreateDirectory(Path.Combine(directory.Cache, "0000000009.segment"));
        await using (var rig = await DiskRig.OpenAsync(directory))
        {
            rig.Put("/a", [1]);
        }

        Assert.All(names, name => Assert.Equal(5000, new FileInfo(Path.Combine(directory.Cache, name)).Length));
        await using var again = await DiskRig.OpenAsync(directory);
        Assert.NotNull(await again.GetAsync("/a"));
    }

    [Fact]
    public async Task AnotherVersionOrSeed_IsDropped()
    {
        using var directory = new DiskDirectory();
        await using (var first = await DiskRig.OpenAsync(directory))
        {
            first.Put("/a", [1]);
        }

        using var other = directory.Copy();
        var segment = Directory.GetFiles(other.Cache, "*.segment").Single();
        var bytes = await File.ReadAllBytesAsync(segment, TestContext.Current.CancellationToken);
        bytes[8]++;
        await File.WriteAllBytesAsync(segment, bytes, TestContext.Current.CancellationToken);
        await using (var newer = await DiskRig.OpenAsync(other))
        {
            Assert.Null(await newer.GetAsync("/a"));
            Assert.False(File.Exists(segment));
            newer.Put("/a", [2]);
        }

        await using (var newer = await DiskRig.OpenAsync(other))
        {
            Assert.Equal([2], (await newer.GetAsync("/a"))!.Body);
        }

        await using var seeded = await DiskRig.OpenAsync(directory, seed: 1);
        Assert.Null(await seeded.GetAsync("/a"));
        Assert.Empty(Directory.GetFiles(directory.Cache, "*.segment"));
    }

    // One segment in which /gone was removed, /one and /two are stored; with an index, or as after a kill.
    private static async Task<DiskDirectory> FilledAsync(bool stopped)
    {
        var directory = new DiskDirectory();
        var rig = await DiskRig.OpenAsync(directory);
        rig.Put("/gone", One);
        rig.Put("/one", One, null, "ETag: \"1\"");
        await rig.Disk.SettledAsync();
        rig.Post("/gone");
        rig.Put("/two", Two);
        await rig.Disk.SettledAsync();
        var killed = stopped ? null : directory.Copy();
        await rig.DisposeAsync();
        if (killed is not null)
        {
            directory.Dispose();
        }

        return killed ?? directory;
    }

    // What was never written for want of time cannot be known: the end of what was appended last, and what was removed there.
    private static async Task<int> CheckAsync(DiskDirectory directory, bool mayLackEnd = false)
    {
        await using var rig = await DiskRig.OpenAsync(directory);
        var (one, two, gone) = (await rig.GetAsync("/one"), await rig.GetAsync("/two"), await rig.GetAsync("/gone"));
        Assert.True(one is null || one.Body.AsSpan().SequenceEqual(One));
        Assert.True(two is null || two.Body.AsSpan().SequenceEqual(Two));
        Assert.True(gone is null || (mayLackEnd && two is null));
        rig.Put("/new", One);
        await rig.Disk.SettledAsync();
        Assert.NotNull(await rig.GetAsync("/new"));
        return (one is null ? 0 : 1) + (two is null ? 0 : 1);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(60), "it did not come");
            await Task.Yield();
        }
    }
}
