using System.Diagnostics;
using Holdfast.Artifacts.Bots;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Releases;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Bots;

namespace Holdfast.Edge.Tests.Releases;

/// <summary>Releases that ruin whoever loads them, and a real process that loads them first. The edge is this process: it would not survive one.</summary>
public sealed class TasterTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData(LoaderFaults.Kill, "fault-kill")]
    [InlineData(LoaderFaults.LateKill, "fault-late-kill")]
    [InlineData(LoaderFaults.Hang, "it takes longer than 2 s")]
    [InlineData(LoaderFaults.Memory, "memory")]
    [InlineData(LoaderFaults.NativeMemory, "MiB of memory")]
    [InlineData(LoaderFaults.Stack, "Stack overflow")]
    [InlineData(LoaderFaults.Throw, "it cannot be used: InvalidOperationException: the fault fault-throw")]
    public async Task Release_RuinousToItsLoader_IsRefusedAndNobodyElseNotices(string fault, string reason)
    {
        await using var edge = await StartAsync();
        var (bad, good) = (EdgeUnderTest.IdOf("bad"), EdgeUnderTest.IdOf("good"));
        var live = edge.Publish(bad, "a.example.com", "http://192.0.2.1");
        await UntilAsync(() => edge.LiveGeneration(bad) == live);

        edge.Publish(bad, $"{fault}.example.com", "http://192.0.2.1");
        var other = edge.Publish(good, "b.example.com", "http://192.0.2.1");
        await UntilAsync(() => edge.LiveGeneration(good) == other);
        await UntilAsync(() => edge.Intake is { Refused: 1, PutAside: 0 });
        Assert.Equal(live, edge.LiveGeneration(bad));
        var refusals = await File.ReadAllTextAsync(
            Path.Combine(edge.Data, "edges", "edge-1", "refused"),
            TestContext.Current.CancellationToken
        );
        Assert.Contains(bad, refusals, StringComparison.Ordinal);
        Assert.Contains(reason, refusals, StringComparison.OrdinalIgnoreCase);

        // The next generation of the same zone finds a taster.
        var next = edge.Publish(bad, "c.example.com", "http://192.0.2.1");
        await UntilAsync(() => edge.LiveGeneration(bad) == next);
    }

    [Fact]
    public async Task BotFeatures_OfMoreThanItsLoaderHasRoomFor_KillTheTasterAndNotTheEdge()
    {
        // 18 November 2025, with every check left out and the defect in place.
        await using var edge = await EdgeUnderTest.StartAsync(options =>
            options with
            {
                Taster = TasterOfTests.Options(options.DataDirectory, uncheckedFeatures: true),
                BotFeatures = BotFeatureLimits.LeftOut,
                DiesAt = [FaultPoint.FeatureLoaderDiesAbove200],
                FaultInjection = true,
            }
        );
        var good = edge.PublishBotFeatures(Features(100));
        await UntilAsync(() => edge.LiveGeneration(BotFeaturesConfig.Name) == good);

        edge.PublishBotFeatures(Features(201));
        await UntilAsync(() => edge.Intake is { Refused: 1, PutAside: 0 });
        Assert.Equal(good, edge.LiveGeneration(BotFeaturesConfig.Name));

        var next = edge.PublishBotFeatures(Features(200));
        await UntilAsync(() => edge.LiveGeneration(BotFeaturesConfig.Name) == next);

        static byte[] Features(int count) =>
            BotFeatureArtifact.Write(
                new BotFeaturesConfig
                {
                    Features = [.. Enumerable.Range(0, count).Select(i => new BotFeature($"f{i}", $"http.host eq \"{i}\"", -1))],
                    LeastEvidence = 20,
                    Rows = count,
                }
            );
    }

    [Fact]
    public async Task Digest_ThatKilledTheTaster_IsNotTastedAgainAfterARestart()
    {
        string data;
        var bad = EdgeUnderTest.IdOf("bad");
        await using (var edge = await StartAsync())
        {
            data = edge.Data;
            edge.Publish(bad, $"{LoaderFaults.Throw}.example.com", "http://192.0.2.1");
            await UntilAsync(() => edge.Intake.Refused == 1);
        }

        await using var again = await StartAsync(data);
        again.Publish(bad, $"{LoaderFaults.Throw}.example.com", "http://192.0.2.1");
        var other = again.Publish(EdgeUnderTest.IdOf("other"), "other.example.com", "http://192.0.2.1");
        await UntilAsync(() => again.LiveGeneration(EdgeUnderTest.IdOf("other")) == other);
        Assert.Equal((0, 0), (again.Intake.Refused, again.LiveGeneration(bad)));
    }

    [Fact]
    public async Task Taster_KilledWhileItTastes_GoodReleaseIsTastedAgainAndTaken()
    {
        await using var edge = await StartAsync();
        await UntilAsync(() => edge.TasterProcess is not null);
        var busy = edge.TasterProcess!.Value;
        var id = EdgeUnderTest.IdOf("slow");
        var generation = edge.Publish(id, $"{LoaderFaults.Slow}.example.com", "http://192.0.2.1");
        await UntilAsync(() => edge.Intake.PutAside == 1);
        using (var process = Process.GetProcessById(busy))
        {
            process.Kill();
        }

        await UntilAsync(() => edge.LiveGeneration(id) == generation);
        Assert.Equal(0, edge.Intake.Refused);
        await UntilAsync(() => edge.TasterProcess is { } warm && warm != busy);
    }

    [Fact]
    public async Task Taster_ThatCannotBeStarted_LiveStaysAndBootNeedsNone()
    {
        string data;
        var id = EdgeUnderTest.IdOf("kept");
        await using (var edge = await EdgeUnderTest.StartAsync())
        {
            data = edge.Data;
            await edge.PutZoneAsync("kept", "http://192.0.2.1");
        }

        await using var without = await EdgeUnderTest.StartAsync(
            options => options with { Taster = TasterOfTests.Options(options.DataDirectory) with { FileName = "/nonexistent/holdfast" } },
            data
        );
        Assert.Equal(1, without.LiveGeneration(id));
        without.Publish(id, "kept", "http://192.0.2.2");
        await UntilAsync(() => without.Intake.TasterProblem is not null);
        Assert.Contains("/nonexistent/holdfast cannot be started", without.Intake.TasterProblem, StringComparison.Ordinal);
        Assert.Equal((1, 0), (without.LiveGeneration(id), without.Intake.Refused));
    }

    [Fact]
    public async Task Releases_OfEveryKind_PassTheTaster()
    {
        await using var edge = await StartAsync();
        await UntilAsync(() => edge.TasterProcess is not null);
        foreach (var name in new[] { "*", "*.example.com", "example.com", "192.0.2.7", "2001:db8::7" })
        {
            var generation = edge.Publish(EdgeUnderTest.IdOf(name), name, "https://192.0.2.1");
            await UntilAsync(() => edge.LiveGeneration(EdgeUnderTest.IdOf(name)) == generation || edge.Intake.Refused > 0);
        }

        await edge.PutCertificateAsync("cert", "example.com", "example.com");
        Assert.Equal((6, 0), (edge.Intake.Accepted, edge.Intake.Refused));
    }

    [Fact]
    public async Task ManyZones_AmongThemRuinousOnes_AllOthersAreTaken()
    {
        const int Zones = 300;
        await using var edge = await StartAsync();
        await UntilAsync(() => edge.TasterProcess is not null);
        for (var i = 0; i < Zones; i++)
        {
            var name = i switch
            {
                100 => $"{LoaderFaults.Kill}.example.com",
                150 => $"{LoaderFaults.LateKill}.example.com",
                200 => $"{LoaderFaults.Throw}.example.com",
                _ => $"z{i}.example.com",
            };
            edge.Publish(EdgeUnderTest.IdOf($"z{i}"), name, "http://192.0.2.1");
        }

        await UntilAsync(() => edge.Intake is { Refused: 3, PutAside: 0, Accepted: Zones - 3 });
    }

    private static Task<EdgeUnderTest> StartAsync(string? data = null) =>
        EdgeUnderTest.StartAsync(
            options => options with { Taster = TasterOfTests.Options(options.DataDirectory), FaultInjection = true },
            data
        );

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        using var deadline = new CancellationTokenSource(Deadline);
        while (!condition())
        {
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }
}
