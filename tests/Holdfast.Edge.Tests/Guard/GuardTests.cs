using Holdfast.Edge.Guard;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Zones;
using static Holdfast.Edge.Tests.Guard.GuardedSite;

namespace Holdfast.Edge.Tests.Guard;

/// <summary>The guard around modules (the design's law 3): what a module's fault costs, and that it costs nobody else anything.</summary>
public class GuardTests
{
    [Theory]
    [InlineData(nameof(FaultAction.Throw))]
    [InlineData(nameof(FaultAction.Spin))]
    [InlineData(nameof(FaultAction.Allocate))]
    public async Task EveryModule_ThatFails_CostsItsOwnPartOfOneRequestAndNobodyElse(string action)
    {
        var how = Enum.Parse<FaultAction>(action);
        await using var site = await StartAsync();
        var records = 0;
        foreach (var (module, target, mark) in Effects)
        {
            var well = await site.AskAsync(One, target);
            Assert.Contains(mark, well, StringComparison.OrdinalIgnoreCase);
            var neighbour = await site.AskAsync(Two, target);

            site.Trip((FaultPoint)module, how, amount: 64 << 20);
            Assert.Equal(neighbour, await site.AskAsync(Two, target));
            var faulty = await site.AskAsync(One, target, $"X-Holdfast-Debug: {Token}\r\n");

            // What has allocated too much has done its job; it counts, and that is all.
            Assert.Equal(how == FaultAction.Allocate, faulty.Contains(mark, StringComparison.OrdinalIgnoreCase));
            Assert.Matches("^HTTP/1.1 (200|302|403|404) ", faulty);
            Assert.Contains($"X-Holdfast-Guard: {EdgeModules.NameOf(module)}=failed\r\n", faulty, StringComparison.Ordinal);

            Assert.Equal(well, await site.AskAsync(One, target));
            Assert.Equal(neighbour, await site.AskAsync(Two, target));
            records += 6;
            var logged = (await site.Edge.LogRecordsAsync(records)).Where(r => r.TryGetProperty("ModulesFailed", out _)).ToList();
            Assert.Equal(EdgeModules.NameOf(module), logged[^1].GetProperty("ModulesFailed")[0].GetString());
            Assert.Equal(Array.IndexOf(Effects, (module, target, mark)) + 1, logged.Count);
        }

        var kind = how switch
        {
            FaultAction.Throw => "exception",
            FaultAction.Spin => "time",
            _ => "allocation",
        };
        var metrics = await site.Edge.MetricsAsync();
        foreach (var (module, _, _) in Effects)
        {
            Assert.Contains(
                $"holdfast_edge_module_faults_total{{module=\"{EdgeModules.NameOf(module)}\",kind=\"{kind}\"}} 1\n",
                metrics,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public async Task Drill_WithoutTheGuard_AModulesFaultIsTheRequestsAndNothingStops()
    {
        await using var site = await StartAsync(
            new GuardLimits { FaultsToOpen = 1 },
            options => options with { Without = Protections.Guard }
        );
        site.Trip(FaultPoint.FirewallCustom, FaultAction.Throw, count: 2);

        Assert.StartsWith("HTTP/1.1 500 ", await site.AskAsync(One, "/admin"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 500 ", await site.AskAsync(One, "/admin"), StringComparison.Ordinal);

        Assert.StartsWith("HTTP/1.1 403 ", await site.AskAsync(One, "/admin"), StringComparison.Ordinal);
        Assert.Empty(site.Edge.Guard.Breakers);
    }

    [Fact]
    public async Task Drill_WithoutTheGuardAndWithoutFaultInjection_HasTheGuard()
    {
        await using var edge = await EdgeUnderTest.StartAsync(options => options with { Without = Protections.Guard });
        Assert.False(edge.Guard.IsOff);
    }

    [Fact]
    public async Task Breaker_AfterRepeatedFaults_OpensInThatZoneAlone_AndProbesItsWayBack()
    {
        var time = new ShiftedTime();
        await using var site = await StartAsync(
            new GuardLimits { FirstRest = TimeSpan.FromSeconds(30) },
            options => options with { Time = time }
        );
        site.Trip(FaultPoint.FirewallCustom, FaultAction.Throw, count: 5);
        for (var i = 0; i < 5; i++)
        {
            Assert.StartsWith("HTTP/1.1 200 ", await site.AskAsync(One, "/admin"), StringComparison.Ordinal);
        }

        // The fault is over; the module rests all the same, in this zone.
        var resting = await site.AskAsync(One, "/admin", $"X-Holdfast-Debug: {Token}\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", resting, StringComparison.Ordinal);
        Assert.Contains("X-Holdfast-Guard: http_request_firewall_custom=resting\r\n", resting, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403 ", await site.AskAsync(Two, "/admin"), StringComparison.Ordinal);
        Assert.Contains(
            "holdfast_edge_module_breakers_open{module=\"http_request_firewall_custom\"} 1\n",
            await site.Edge.MetricsAsync(),
            StringComparison.Ordinal
        );

        // The probe fails: it rests twice as long.
        site.Trip(FaultPoint.FirewallCustom, FaultAction.Throw);
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.StartsWith("HTTP/1.1 200 ", await site.AskAsync(One, "/admin"), StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.StartsWith("HTTP/1.1 200 ", await site.AskAsync(One, "/admin"), StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(31));
        for (var i = 0; i < 4; i++)
        {
            Assert.StartsWith("HTTP/1.1 403 ", await site.AskAsync(One, "/admin"), StringComparison.Ordinal);
        }

        Assert.Equal(BreakerState.Closed, site.Edge.Guard.Breakers.Single().State);
        Assert.Contains("InjectedFaultException", site.Edge.Guard.Breakers.Single().Last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecurityModule_WhoseOwnerWantsItClosed_LetsNothingPassWhileItFails()
    {
        await using var site = await StartAsync(settings: new ZoneSettings { SecurityFailureMode = SecurityFailureMode.Closed });
        site.Trip(FaultPoint.FirewallCustom, FaultAction.Throw, count: 5);
        site.Trip(FaultPoint.Transform, FaultAction.Throw);
        for (var i = 0; i < 7; i++)
        {
            // The last ones meet the open breaker.
            Assert.StartsWith("HTTP/1.1 503 ", await site.AskAsync(One, "/moved"), StringComparison.Ordinal);
        }

        Assert.Contains("GET /new ", await site.AskAsync(Two, "/moved"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cache_ThatFailsOverAnOriginsAnswer_AsksAnewAndPassesItOn()
    {
        await using var site = await StartAsync();
        site.Trip(FaultPoint.CacheAnswer, FaultAction.Throw);

        var answer = await site.AskAsync(One, "/a.css");

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("CF-Cache-Status", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("GET /a.css", answer, StringComparison.Ordinal);
        Assert.Equal(1, Count(answer, "cdn-loop"));
        Assert.Contains("CF-Cache-Status: MISS", await site.AskAsync(One, "/a.css"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Compression_ThatFailsAmidABody_BreaksThatAnswerOff_AndRestsWhenItDoesItAgain()
    {
        await using var site = await StartAsync();
        site.Trip(FaultPoint.CompressionBody, FaultAction.Throw, count: 5);
        for (var i = 0; i < 5; i++)
        {
            Assert.DoesNotContain("\r\n0\r\n\r\n", await site.AskAsync(One, "/text"), StringComparison.Ordinal);
        }

        var answer = await site.AskAsync(One, "/text");

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Content-Encoding", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(EdgeModule.Compression, site.Edge.Guard.Breakers.Single().Module);
    }

    [Fact]
    public async Task Log_ThatFails_CostsTheRecord_AndCountsIt()
    {
        await using var site = await StartAsync();
        site.Trip(FaultPoint.Log, FaultAction.Throw);

        Assert.StartsWith("HTTP/1.1 200 ", await site.AskAsync(One, "/first"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await site.AskAsync(One, "/second"), StringComparison.Ordinal);

        Assert.Equal("/second", Assert.Single(await site.Edge.LogRecordsAsync(1)).GetProperty("ClientRequestPath").GetString());
        Assert.Contains("holdfast_edge_log_drops_total{reason=\"fault\"} 1\n", await site.Edge.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Country_ThatFails_IsUnknown()
    {
        await using var site = await StartAsync();
        site.Trip(FaultPoint.Country, FaultAction.Throw, zone: "");

        Assert.Contains("cf-ipcountry: xx", await site.AskAsync(One, "/"), StringComparison.OrdinalIgnoreCase);

        Assert.Equal("country", Assert.Single(await site.Edge.LogRecordsAsync(1)).GetProperty("ModulesFailed")[0].GetString());
    }

    [Fact]
    public async Task Release_ThatFailsToLoad_IsRefused_AndWhatWasLiveServes()
    {
        await using var site = await StartAsync();
        site.Trip(FaultPoint.ZoneLoad, FaultAction.Throw);
        var before = site.Edge.Zones.Count;

        site.Edge.Publish(EdgeUnderTest.IdOf(One), One, "http://192.0.2.1");
        await site.Edge.PutZoneAsync("three.example.com", site.Origin.Url);

        Assert.Contains("X-Seen: 1", await site.AskAsync(One, "/"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(before + 1, site.Edge.Zones.Count);
    }

    [Fact]
    public async Task Thread_ThatDoesNotComeBack_OpensTheBreaker_AndAsksForAnotherProcess()
    {
        await using var site = await StartAsync(
            Quick with
            {
                WatchInterval = TimeSpan.FromMilliseconds(10),
                LostThreadsAllowed = 0,
            },
            options => options with { InlineScheduling = false }
        );
        site.Trip(FaultPoint.LateTransform, FaultAction.Hang);

        var lost = site.AskAsync(One, "/");
        await site.Edge.Guard.ReplacementWanted.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.Equal(1, site.Edge.Guard.LostThreads);
        Assert.False(lost.IsCompleted);
        Assert.DoesNotContain("x-late", await site.AskAsync(One, "/"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("x-late", await site.AskAsync(Two, "/"), StringComparison.OrdinalIgnoreCase);
        site.Edge.Guard.Faults!.Clear(FaultPoint.LateTransform);
        Assert.Contains("x-late", await lost, StringComparison.OrdinalIgnoreCase);
        await EdgeUnderTest.UntilAsync(() => site.Edge.Guard.LostThreads == 0);
    }

    [Fact]
    public async Task Module_ThatNeverFailed_HasNoBreaker()
    {
        await using var site = await StartAsync();
        await site.AskAsync(One, "/");

        Assert.Empty(site.Edge.Guard.Breakers);
        Assert.Equal(0, site.Edge.Guard.AllFaults);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
