using System.Net;
using Holdfast.Edge.Slices;

namespace Holdfast.Edge.Tests.Releases;

public sealed class VisitorSideSliceTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.254", true)]
    [InlineData("192.0.2.1", "192.0.3.1", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.7", true)]
    [InlineData("2001:db8:1:200::1", "2001:db8:1:2ff:ffff::9", true)]
    [InlineData("2001:db8:1:200::1", "2001:db8:1:300::1", false)]
    public void Visitors_OfOneNetwork_AreOne(string one, string other, bool same)
    {
        var salt = VisitorSide.SaltOf("zone", 7);
        Assert.Equal(same, VisitorSide.Of(IPAddress.Parse(one), salt) == VisitorSide.Of(IPAddress.Parse(other), salt));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(50)]
    public void Share_OfManyNetworks_IsTheShareForEachReleaseAnew(int share)
    {
        const int visitors = 20_000;
        var drawn = new HashSet<int>();
        for (var generation = 1; generation <= 3; generation++)
        {
            var salt = VisitorSide.SaltOf("zone", generation);
            var among = Enumerable
                .Range(0, visitors)
                .Where(visitor =>
                    VisitorSide.IsAmong(VisitorSide.Of(new IPAddress([10, (byte)(visitor >> 8), (byte)visitor, 1]), salt), share)
                )
                .ToList();
            var deviation = Math.Sqrt(visitors * (share / 100.0) * (1 - (share / 100.0)));
            Assert.InRange(among.Count, (visitors * share / 100.0) - (5 * deviation), (visitors * share / 100.0) + (5 * deviation));
            drawn.UnionWith(among);
        }

        Assert.True(drawn.Count > visitors * share / 100 * 1.5);
    }

    [Fact]
    public void Share_ThatGrows_KeepsWhomItHad()
    {
        for (ulong visitor = 0; visitor < 1_000_000_000_000_000_000; visitor += 7_777_777_777_777_777)
        {
            Assert.True(!VisitorSide.IsAmong(visitor, 10) || VisitorSide.IsAmong(visitor, 50));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public void Counts_OfMoreFailingVisitorsThanGroups_KeepTheShareOfTheSides(int share)
    {
        // An origin is down and everybody fails: a release that changes nothing must not look as if more failed with it.
        var (live, candidate) = (new SideCounts(), new SideCounts());
        for (var visitor = 0; visitor < 65_536; visitor++)
        {
            var number = VisitorSide.Of(new IPAddress([10, (byte)(visitor >> 8), (byte)visitor, 1]), 7);
            (VisitorSide.IsAmong(number, share) ? candidate : live).Add(number, true, false, false, 1);
        }

        var all = live.Read().Failing + candidate.Read().Failing;
        Assert.InRange(all, VisitorSide.Groups - 50, VisitorSide.Groups);
        Assert.InRange(candidate.Read().Failing, (all * share / 100) - 5, (all * share / 100) + 5);
    }

    [Fact]
    public void Counts_OneVisitorWhoFailsOften_IsOneVisitor()
    {
        var counts = new SideCounts();
        for (var request = 0; request < 100; request++)
        {
            counts.Add(42, isError: true, isFault: false, isBlocked: false, microseconds: 10);
        }

        counts.Add(43, isError: false, isFault: true, isBlocked: true, microseconds: 10);
        var read = counts.Read();
        Assert.Equal((101, 100, 1, 1, 1010), (read.Requests, read.Errors, read.Faults, read.Blocked, read.Microseconds));
        Assert.Equal((2, 2, 1), (read.Visitors, read.Failing, read.Faulting));
    }

    [Fact]
    public void Counts_OfManyThreads_AreWhole()
    {
        var counts = new SideCounts();
        Parallel.For(
            0,
            8,
            thread =>
            {
                for (var i = 0; i < 10_000; i++)
                {
                    counts.Add((ulong)(i % 1000), i % 2 == 0, false, false, 1);
                }
            }
        );
        var read = counts.Read();
        Assert.Equal((80_000, 40_000, 1000, 500), (read.Requests, read.Errors, read.Visitors, read.Failing));
    }

    [Fact]
    public void Counting_AllocatesNothing()
    {
        var counts = new SideCounts();
        var address = IPAddress.Parse("2001:db8::1");
        counts.Add(VisitorSide.Of(address, 1), true, true, true, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            counts.Add(VisitorSide.Of(address, (ulong)i), true, true, true, 1);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
