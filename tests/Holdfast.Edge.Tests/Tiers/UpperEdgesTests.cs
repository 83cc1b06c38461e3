using System.Text;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Origins.Concurrency;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Edge.Tiers;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Origins;
using Holdfast.Model.Purging;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Tiers;

/// <summary>Which upper edge a key has its home at, when one rests, and what edges say of themselves.</summary>
public sealed class UpperEdgesTests : IDisposable
{
    private readonly ShiftedTime _time = new();
    private readonly DeadlineSweep _sweep;
    private readonly OriginTargets _targets;

    public UpperEdgesTests()
    {
        _sweep = new DeadlineSweep(_time);
        _targets = new OriginTargets(new NoResolver(), new OriginPoolLimits(), _sweep, new NoEvents());
    }

    public void Dispose()
    {
        _targets.Dispose();
        _sweep.Dispose();
    }

    [Fact]
    public void Homes_AreSpreadEvenly_AndMoveOnlyFromWhatIsGone()
    {
        var five = Edges(0, 1, 2, 3, 4);
        var turned = Edges(4, 2, 0, 3, 1);
        var four = Edges(0, 1, 3, 4);
        var homes = new Dictionary<string, int>();
        for (var i = 0; i < 10_000; i++)
        {
            var key = Encoding.ASCII.GetBytes($"zone\0http://example.com/{i}");
            var (home, next) = five.For(key);
            Assert.NotEqual(home.Url, next!.Url);
            Assert.Equal((home.Url, next.Url), Urls(turned.For(key)));
            var left = home.Url.Port == 1002 ? next : home;
            Assert.Equal(left.Url, four.For(key).Home.Url);
            homes[home.Url.ToString()] = homes.GetValueOrDefault(home.Url.ToString()) + 1;
        }

        Assert.All(homes.Values, count => Assert.InRange(count, 1800, 2200));
        Assert.Null(Edges(7).For("a"u8).Next);
    }

    [Fact]
    public void OneThatFails_RestsForLongerEachTime_AndOneRequestTriesIt()
    {
        var upper = One(1);
        var longest = TimeSpan.Zero;
        for (var i = 0; i < 12; i++)
        {
            var wasResting = upper.IsResting;
            Assert.True(upper.TryAsk());
            Assert.Equal(i > 0, wasResting);
            if (wasResting)
            {
                // While it is tried, nobody else asks it.
                Assert.False(upper.TryAsk());
            }

            var rest = upper.Failed(wasResting)!.Value;
            Assert.InRange(rest.TotalSeconds, Math.Min(30, 1 << i) * 0.79, Math.Min(30, 1 << i) * 1.21);
            Assert.Null(upper.Failed(wasTry: false));
            Assert.False(upper.TryAsk());
            longest = rest;
            _time.Advance(rest + TimeSpan.FromMilliseconds(1));
        }

        Assert.True(upper.TryAsk());
        Assert.True(upper.Answered());
        Assert.False(upper.Answered());
        Assert.True(upper.TryAsk());
        Assert.True(upper.TryAsk());
        Assert.InRange(upper.Failed(wasTry: false)!.Value.TotalSeconds, 0.79, 1.21);
    }

    [Fact]
    public void ATryThatIsLost_IsMadeByAnotherRequestLater()
    {
        var upper = One(1);
        upper.Failed(wasTry: false);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(upper.TryAsk());
        _time.Advance(UpperTimes.Try);
        Assert.True(upper.TryAsk());
    }

    [Fact]
    public void WhatALowerEdgeSays_IsReadAndSigned()
    {
        var key = new byte[32];
        var at = new PurgePosition(new string('a', 32), 12);
        var text = LowerEdge.Write(key, "edge-1", 0x1234, at, wantsFresh: true);
        Assert.StartsWith($"edge-1;id=0000000000001234;log={at.Log};purged=12;fresh;sig=", Encoding.ASCII.GetString(text));
        var read = LowerEdge.Read(key, text)!;
        Assert.Equal(("edge-1", 0x1234UL, at, true), (Encoding.ASCII.GetString(read.Node), read.Id, read.Purged, read.WantsFresh));
        Assert.False(LowerEdge.Read(key, LowerEdge.Write(key, "edge-1", 1, PurgePosition.None, wantsFresh: false))!.WantsFresh);
        Assert.Null(LowerEdge.Read([1, .. key[1..]], text));
        for (var i = 0; i < text.Length; i++)
        {
            var changed = text.ToArray();
            changed[i] ^= 1;
            Assert.Null(LowerEdge.Read(key, changed));
            Assert.Null(LowerEdge.Read(key, text.AsSpan(0, i)));
        }
    }

    private UpperEdges Edges(params int[] numbers) => new(numbers.Select(One));

    private Upper One(int number) => new(OriginUrl.Parse($"http://192.0.2.1:{1000 + number}"), _targets, _time, new Random(1));

    private static (OriginUrl, OriginUrl) Urls((Upper Home, Upper? Next) both) => (both.Home.Url, both.Next!.Url);

    private sealed class NoResolver : IOriginResolver
    {
        public Task<ResolvedName> ResolveAsync(string name, CancellationToken cancellationToken) => throw new OriginNameException(name);
    }

    private sealed class NoEvents : IOriginEvents
    {
        public void Connected() { }

        public void NotConnected(OriginFault fault) { }

        public void NotResolved() { }

        public void Queued() { }

        public void Dequeued() { }

        public void NotAdmitted(OriginWaitEnd why) { }
    }
}
