using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using Holdfast.Edge.Management;
using Holdfast.Edge.Releases;
using Holdfast.Edge.Reporting;
using Holdfast.Model.Releases;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Edge.Tests.Management;

/// <summary>An edge tells status pages how it is.</summary>
public sealed class EvidencePushTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_ThatIsThere_IsToldAtOnceAndAgainAndAgain_WhateverAnotherDoes()
    {
        await using var page = await Page.StartAsync();
        await using var broken = await Page.StartAsync();
        broken.Status = 500;
        var time = new HastyTime();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var counters = new EdgeCounters([]);
        using var push = new EvidencePush(
            new EvidenceTargets([broken.Url, page.Url, new Uri("http://127.0.0.1:1")], "a-token"),
            new TestState(),
            counters,
            time,
            NullLogger<EvidencePush>.Instance
        );
        var running = push.RunAsync(stop.Token);

        var (path, authorization, body) = await page.Told.ReadAsync(limit.Token);
        Assert.Equal(("/v1/evidence", "Bearer a-token"), (path, authorization));
        using var told = JsonDocument.Parse(body);
        Assert.Equal("edge-7", told.RootElement.GetProperty("node").GetString());
        Assert.Equal("ZRH", told.RootElement.GetProperty("place").GetString());

        await broken.Told.ReadAsync(limit.Token);
        for (var i = 0; i < 3; i++)
        {
            await page.Told.ReadAsync(limit.Token);
        }

        Assert.Contains(EvidencePush.Interval, time.Periods);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public void Releases_AreTheLastTwenty_EachWithItsLastStepAndItsFirstTime()
    {
        var time = new Listening.ManualClock();
        var recent = new RecentReleases(time);
        var began = time.GetUtcNow();
        recent.Note(ArtifactKind.List, "offices", 1, "slice", null);
        time.Advance(TimeSpan.FromSeconds(30));
        recent.Note(ArtifactKind.List, "offices", 1, "reverted", new string('x', 1_000));
        recent.Note(ArtifactKind.List, "others", 5, "good", null);

        var one = Assert.Single(recent.All);
        Assert.Equal(("reverted", began, time.GetUtcNow(), 300), (one.Step, one.At, one.ChangedAt, one.Reason!.Length));

        for (var i = 1; i <= RecentReleases.Most; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            recent.Note(ArtifactKind.Zone, $"z{i}", i, "live", null);
        }

        Assert.Equal(RecentReleases.Most, recent.All.Length);
        Assert.DoesNotContain(recent.All, release => release.Name == "offices");
    }

    [Fact]
    public void Origins_OfAZone_AreFourAtMost_AndOneThatRestsMakesRoom()
    {
        var origins = new ReachedOrigins();
        for (var i = 0; i < 3; i++)
        {
            origins.Asked("origin.example.com", IPAddress.Parse("192.0.2.1"), 1_000);
        }

        for (var i = 2; i < 9; i++)
        {
            origins.Asked("origin.example.com", IPAddress.Parse($"192.0.2.{i}"), 2_000);
        }

        Assert.Equal(4, origins.All.Count());
        Assert.Equal(3, origins.All.Single(origin => origin.Address.ToString() == "192.0.2.1").Requests);

        origins.Asked("other.example.com", IPAddress.Parse("192.0.2.1"), 601_500);

        Assert.Equal(["other.example.com", .. Enumerable.Repeat("origin.example.com", 3)], origins.All.Select(origin => origin.Host));

        // One that is there stays where it is, also when one before it rests.
        origins.Asked("origin.example.com", IPAddress.Parse("192.0.2.4"), 1_300_000);

        Assert.Equal(2, origins.All.Single(origin => origin.Address.ToString() == "192.0.2.4").Requests);
    }

    [Fact]
    public void Counters_OfWhoKeptVisitorsWaiting_AreOfEdgeAndZone()
    {
        var counters = new EdgeCounters([]);
        foreach (var slow in new[] { Slowness.Edge, Slowness.Origin, Slowness.Origin, Slowness.None })
        {
            counters.Slow(slow);
            counters.Zones.Ended("z1", "example.com", Edge.ErrorPages.EdgeError.None, 200, Environment.TickCount64, slow, 12);
        }

        var zone = Assert.Single(counters.Zones.Read(Environment.TickCount64)).Value;
        Assert.Equal((1, 2, 12), (zone.EdgeSlow, zone.OriginSlow, zone.Generation));
        Assert.Equal((1, 2), (counters.EdgeSlow, counters.OriginSlow));
    }

    /// <summary>A clock whose timers do in hundredths of a second what they are to do in tens of them; it says what they were asked for.</summary>
    private sealed class HastyTime : TimeProvider
    {
        public ConcurrentBag<TimeSpan> Periods { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Periods.Add(period);
            return TimeProvider.System.CreateTimer(callback, state, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20));
        }
    }

    private sealed class Page(WebApplication application) : IAsyncDisposable
    {
        private readonly Channel<(string, string, string)> told = Channel.CreateUnbounded<(string, string, string)>();

        public int Status { get; set; } = 204;

        public Uri Url => new(application.Urls.Single());

        public ChannelReader<(string Path, string Authorization, string Body)> Told => told.Reader;

        public static async Task<Page> StartAsync()
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            var page = new Page(builder.Build());
            page.Map();
            await page.Application.StartAsync(Cancellation);
            return page;
        }

        private WebApplication Application => application;

        public ValueTask DisposeAsync() => application.DisposeAsync();

        private void Map() =>
            application.Run(async context =>
            {
                using var reader = new StreamReader(context.Request.Body);
                var body = await reader.ReadToEndAsync(context.RequestAborted);
                context.Response.StatusCode = Status;
                told.Writer.TryWrite((context.Request.Path, context.Request.Headers.Authorization.ToString(), body));
            });
    }

    private sealed class TestState : IEdgeState
    {
        public string Node => "edge-7";

        public string Place => "ZRH";

        public bool IsReady => true;

        public long Position => 0;

        public Holdfast.Model.Purging.PurgePosition Purged => new("11111111111111111111111111111111", 0);

        public Holdfast.Cache.Disk.DiskStore? CacheDisk => null;

        public int Zones => 0;

        public string Http3 => "off";

        public string? LastFeedError => null;

        public Holdfast.Edge.KillSwitches.KillSet KillSwitches => Holdfast.Edge.KillSwitches.KillSet.Empty;

        public Holdfast.Edge.Guard.EdgeGuard Guard { get; } = Harness.TestGuard.Edge();

        public Holdfast.Edge.Rules.Counting.RuleCounts RuleCounts { get; } = new();

        public int? TasterProcess => null;

        public string? TasterProblem => null;

        public int PutAside => 0;

        public IEnumerable<Holdfast.Releases.Rollout.ReleaseStanding> Standings(int limit) => [];

        public IEnumerable<LiveRelease> LiveReleases(int limit) => [];
    }
}
