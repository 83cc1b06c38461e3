using System.Text;
using CsCheck;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Edge.Zones;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Origins;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Zones;

public class ZoneDirectoryTests
{
    private static readonly Gen<string> Host = Gen.Int[0, 3]
        .Select(i => new[] { "a", "b", "c", "xn--bcher-kva" }[i])
        .List[1, 4]
        .Select(labels => string.Join('.', labels));

    private static readonly Gen<string> Name = Gen.Select(
        Host,
        Gen.Int[0, 9],
        (host, kind) =>
            kind == 0 ? "*"
            : kind < 4 ? "*." + host
            : host
    );

    [Fact]
    public Task Find_AnyChangesAndHosts_IsWhatTheObviousSearchFinds() =>
        Gen.Select(Gen.Select(Name, Gen.Bool).List[0, 40], Host.List[1, 20])
            .SampleAsync(
                async (changes, hosts) =>
                {
                    var disk = new Disk(budget: 4 * 1024 * 3);
                    var names = new HashSet<string>();
                    foreach (var (name, removed) in changes)
                    {
                        if (removed)
                        {
                            disk.Remove(name);
                            names.Remove(name);
                        }
                        else
                        {
                            disk.Put(name);
                            names.Add(name);
                        }
                    }

                    Assert.Equal(names.Count, disk.Zones.Count);
                    foreach (var host in hosts)
                    {
                        Assert.Equal(Obvious(names, host), await disk.FindAsync(host));
                        Assert.Equal(Obvious(names, host), await disk.FindAsync(host.ToUpperInvariant() + ".:8080"));
                    }
                },
                iter: 300
            );

    [Fact]
    public async Task Find_OverManyChanges_KeepsWhatStays()
    {
        var disk = new Disk();
        for (var i = 0; i < 3000; i++)
        {
            disk.Put($"z{i}.example");
            if (i % 3 == 0)
            {
                disk.Remove($"z{i / 2}.example");
            }
        }

        var removed = Enumerable.Range(0, 1000).Select(i => i * 3 / 2).ToHashSet();
        for (var i = 0; i < 3000; i++)
        {
            Assert.Equal(removed.Contains(i) ? null : $"z{i}.example", await disk.FindAsync($"www.z{i}.example"));
        }

        Assert.Equal(3000 - removed.Count, disk.Zones.Count);
    }

    [Theory]
    [InlineData("127.0.0.1", "0.0.1", null)]
    [InlineData("127.0.0.1", "127.0.0.1", "127.0.0.1")]
    [InlineData("127.0.0.1:80", "127.0.0.1", "127.0.0.1")]
    [InlineData("127.0.0.1", "*", "*")]
    [InlineData("[2001:DB8:0:0::1]:443", "2001:db8::1", "2001:db8::1")]
    [InlineData("[::ffff:192.0.2.1]", "0.2.1", null)]
    [InlineData("example.com.", "example.com", "example.com")]
    [InlineData("notexample.com", "example.com", null)]
    [InlineData("example.com", "*.example.com", null)]
    [InlineData("a.b.example.com", "*.example.com", "*.example.com")]
    [InlineData("", "example.com", null)]
    [InlineData("", "*", "*")]
    [InlineData(".", "example.com", null)]
    public async Task Find_Host_IsServedByThisZone(string host, string zone, string? found)
    {
        var disk = new Disk();
        disk.Put(zone);
        Assert.Equal(found, await disk.FindAsync(host));
    }

    [Fact]
    public async Task Find_LongestHost_DoesNotFail()
    {
        var disk = new Disk();
        Assert.Null(await disk.FindAsync(new string('a', 300)));
        disk.Put("a.a");
        Assert.Equal("a.a", await disk.FindAsync(string.Join('.', Enumerable.Repeat("a", 127))));
    }

    [Fact]
    public async Task Find_NamesWithOneKey_EachGetsItsOwnZone()
    {
        // The second lies on the disk under the first's key, as a name does that was made to collide.
        var disk = new Disk();
        disk.Put("one.example");
        var key = ZoneKey.Of("one.example");
        disk.PutUnder(key, "collides.example");
        Assert.Equal("one.example", await disk.FindAsync("one.example"));
        Assert.Equal("one.example", await disk.FindAsync("www.one.example"));
        Assert.Equal(2, disk.Zones.WithKey(key).Count);
    }

    [Fact]
    public async Task Cold_AskedForByManyAtOnce_IsReadOnce()
    {
        var disk = new Disk { Gate = new SemaphoreSlim(0) };
        disk.Put("example.com");
        var asking = Enumerable.Range(0, 50).Select(_ => disk.FindAsync("www.example.com")).ToList();
        await EdgeUnderTest.UntilAsync(() => disk.Reads == 1);
        Assert.All(asking, ask => Assert.False(ask.IsCompleted));
        disk.Gate.Release(50);
        Assert.All(await Task.WhenAll(asking), found => Assert.Equal("example.com", found));
        Assert.Equal(1, disk.Reads);
        Assert.NotNull(disk.Zones.Find("example.com"u8).Zone);
    }

    [Fact]
    public async Task Changed_WhileItIsRead_IsServedAsChanged()
    {
        var disk = new Disk { Gate = new SemaphoreSlim(0) };
        disk.Put("example.com");
        var asking = disk.FindGenerationAsync("example.com");
        await EdgeUnderTest.UntilAsync(() => disk.Reads == 1);
        disk.Put("example.com");
        disk.Gate.Release(10);
        Assert.Equal(2, await asking);
        Assert.Equal(2, disk.Zones.Find("example.com"u8).Zone!.Generation);
        Assert.Equal(1, disk.Reads);
    }

    [Fact]
    public async Task Removed_WhileItIsRead_IsGone()
    {
        var disk = new Disk { Gate = new SemaphoreSlim(0) };
        disk.Put("example.com");
        var asking = disk.FindAsync("example.com");
        await EdgeUnderTest.UntilAsync(() => disk.Reads == 1);
        disk.Remove("example.com");
        disk.Gate.Release(10);
        Assert.Null(await asking);
        Assert.Equal(0, disk.Zones.WarmCount);
    }

    [Fact]
    public async Task Renamed_Warm_ServesTheNewNameAndNotTheOld()
    {
        var disk = new Disk();
        disk.Put("old.example");
        Assert.Equal("old.example", await disk.FindAsync("old.example"));
        disk.Rename("old.example", "new.example");
        Assert.Null(await disk.FindAsync("old.example"));
        Assert.Equal("new.example", await disk.FindAsync("new.example"));
        Assert.Equal(1, disk.Reads);
    }

    [Fact]
    public async Task Warm_BeyondTheBudget_DropsWhatNobodyAskedForAndTellsSo()
    {
        var disk = new Disk(budget: 10 * 3 * 1024);
        for (var i = 0; i < 100; i++)
        {
            disk.Put($"z{i}.example");
        }

        for (var i = 0; i < 100; i++)
        {
            Assert.Equal($"z{i}.example", await disk.FindAsync($"z{i}.example"));
            Assert.Equal("z0.example", await disk.FindAsync("z0.example"));
        }

        Assert.Equal(10, disk.Zones.WarmCount);
        Assert.Equal(100, disk.Reads);
        Assert.NotNull(disk.Zones.Find("z0.example"u8).Zone);
        Assert.Equal(90, disk.Dropped.Count);
        Assert.DoesNotContain("z0.example", disk.Dropped);
    }

    [Fact]
    public async Task Unreadable_Zone_IsUnusableAndNotItsNeighbours_AndIsTriedAgainLater()
    {
        var disk = new Disk();
        disk.Put("*");
        disk.Put("example.com");
        disk.Unreadable.Add("example.com");
        Assert.True((await disk.FindingAsync("www.example.com")).IsUnusable);
        Assert.True((await disk.FindingAsync("www.example.com")).IsUnusable);
        Assert.Equal(1, disk.Reads);
        Assert.Equal("*", await disk.FindAsync("other.example"));

        disk.Unreadable.Clear();
        disk.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("example.com", await disk.FindAsync("www.example.com"));
    }

    [Fact]
    public async Task LookUps_DuringChanges_AlwaysFindWhatStays()
    {
        var disk = new Disk();
        for (var i = 0; i < 50; i++)
        {
            disk.Put($"stays{i}.example");
            await disk.FindAsync($"stays{i}.example");
        }

        using var stop = new CancellationTokenSource();
        var looking = Task.Run(() =>
        {
            var names = Enumerable.Range(0, 50).Select(i => Encoding.ASCII.GetBytes($"www.stays{i}.example")).ToArray();
            long lookUps = 0;
            while (!stop.IsCancellationRequested)
            {
                foreach (var name in names)
                {
                    Assert.NotNull(disk.Zones.Find(name).Zone);
                    lookUps++;
                }
            }

            return lookUps;
        });
        for (var i = 0; i < 20_000; i++)
        {
            disk.Put($"comes{i}.example");
            disk.Put($"stays{i % 50}.example");
            if (i >= 100)
            {
                disk.Remove($"comes{i - 100}.example");
            }
        }

        await stop.CancelAsync();
        Assert.True(await looking > 0);
        Assert.Equal(150, disk.Zones.Count);
    }

    private static string? Obvious(HashSet<string> names, string host)
    {
        if (names.Contains(host))
        {
            return host;
        }

        for (var rest = host; rest.Contains('.', StringComparison.Ordinal); )
        {
            rest = rest[(rest.IndexOf('.', StringComparison.Ordinal) + 1)..];
            foreach (var name in new[] { "*." + rest, rest })
            {
                if (names.Contains(name))
                {
                    return name;
                }
            }
        }

        return names.Contains("*") ? "*" : null;
    }

    /// <summary>Zones on a disk of the test's making.</summary>
    private sealed class Disk : IZoneSource
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<string, int> _artifacts = [];
        private readonly List<(string Name, long Generation)> _stored = [];
        private int _reads;

        public Disk(long budget = ZoneDirectory.DefaultBudget)
        {
            Zones = new ZoneDirectory(this, budget, zone => Dropped.Add(zone.Config.Name), Clock);
        }

        public ZoneDirectory Zones { get; }

        public Listening.ManualClock Clock { get; } = new();

        public SemaphoreSlim? Gate { get; set; }

        public HashSet<string> Unreadable { get; } = [];

        public List<string> Dropped { get; } = [];

        private static readonly OriginTargets NoTargets = new(
            new DnsOriginResolver(),
            new OriginPoolLimits(),
            new DeadlineSweep(TimeProvider.System),
            new OriginReports(new EdgeCounters([]))
        );

        public int Reads => Volatile.Read(ref _reads);

        public ZoneRuntime? Read(int artifact, ulong key)
        {
            (string Name, long Generation) stored;
            lock (_lock)
            {
                stored = _stored[artifact];
            }

            Interlocked.Increment(ref _reads);
            Gate?.Wait();
            return Unreadable.Contains(stored.Name) ? null : Zone(stored.Name, stored.Generation);
        }

        /// <summary>A new zone, cold, or the next generation of one.</summary>
        public void Put(string name)
        {
            if (_artifacts.ContainsKey(name))
            {
                Rename(name, name);
            }
            else
            {
                PutUnder(ZoneKey.Of(name), name);
            }
        }

        public void PutUnder(ulong key, string name)
        {
            lock (_lock)
            {
                _artifacts[name] = _stored.Count;
                _stored.Add((name, 1));
            }

            Zones.Put(_artifacts[name], key, null, Zone(name, 1));
            Dropped.Clear();
        }

        public void Rename(string from, string to)
        {
            _artifacts.Remove(from, out var artifact);
            _artifacts[to] = artifact;
            long generation;
            lock (_lock)
            {
                generation = _stored[artifact].Generation + 1;
                _stored[artifact] = (to, generation);
            }

            Zones.Put(artifact, ZoneKey.Of(to), ZoneKey.Of(from), Zone(to, generation));
        }

        public void Remove(string name)
        {
            if (_artifacts.Remove(name, out var artifact))
            {
                Zones.Remove(artifact, ZoneKey.Of(name));
            }
        }

        public async Task<ZoneFinding> FindingAsync(string host)
        {
            var bytes = Encoding.ASCII.GetBytes(host);
            return await Zones.ReadAsync(bytes, Zones.Find(bytes));
        }

        public async Task<string?> FindAsync(string host) => (await FindingAsync(host)).Zone?.Config.Name;

        public async Task<long?> FindGenerationAsync(string host) => (await FindingAsync(host)).Zone?.Generation;

        private static ZoneRuntime Zone(string name, long generation)
        {
            // A zone without origin and records uses no target, so nothing is asked of these.
            var config = new ZoneConfig { Id = new string('0', 32), Name = name };
            return new ZoneRuntime(config, generation, ZoneOrigins.Of(config, NoTargets), TestGuard.Zone(config.Id));
        }
    }
}
