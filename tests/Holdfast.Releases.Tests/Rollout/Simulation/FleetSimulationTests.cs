using Holdfast.Releases.Rollout;

namespace Holdfast.Releases.Tests.Rollout.Simulation;

/// <summary>
/// The short form of what bench/fleet.sh runs at length. A seed that fails there becomes a line here: everything follows from it.
/// </summary>
public sealed class FleetSimulationTests
{
    [Theory]
    [InlineData("crash at load", 0.0)]
    [InlineData("crash at load, not in the taster", 0.002)]
    [InlineData("crash after 3 minutes", 0.002)]
    [InlineData("every request fails", 0.000_01)]
    [InlineData("1% errors", 0.000_01)]
    [InlineData("0.1% errors", 0.000_1)]
    [InlineData("only one country", 0.000_3)]
    public void Fleet_ThatGetsABadRelease_TakesItBackBeforeManyRequestsAreHit(string name, double most)
    {
        var release = BadRelease.All.Single(release => release.Name == name);
        for (ulong seed = 1; seed <= 3; seed++)
        {
            var outcome = new FleetRun(FleetShape.Small, release, seed).Run();
            Assert.True(outcome.Gone is not null && !outcome.IsGood, $"seed {seed}: {outcome}");
            Assert.True(outcome.HitShare <= most, $"seed {seed}: {outcome}");
        }
    }

    [Theory]
    [InlineData(1_000_001)]
    [InlineData(1_000_002)]
    [InlineData(1_000_003)]
    [InlineData(1_000_004)]
    public void Fleet_ThatGetsAGoodRelease_HasItWithinTheHour(ulong seed)
    {
        var outcome = new FleetRun(FleetShape.Small, BadRelease.None, seed).Run();
        Assert.True(outcome.IsGood && outcome.Stopped is null, $"{outcome}");
        Assert.Equal(0, outcome.HitShare);
    }

    [Fact]
    public void Fleet_OfTenThousandWithSickEdgesAndWrongVerdicts_GoesOnWithoutThem()
    {
        // One edge of these that fails used to stop the fleet: 33 good releases of 40.
        var outcome = new FleetRun(new FleetShape(), BadRelease.None, 1_000_007).Run();
        Assert.True(outcome.IsGood && outcome.Stopped is null, $"{outcome}");
        Assert.Equal(10_000, outcome.Edges);
    }

    [Fact]
    public void Fleet_WithTheSameSeed_HasTheSameHour()
    {
        var release = BadRelease.All.Single(release => release.Name == "1% errors");
        Assert.Equal(new FleetRun(FleetShape.Small, release, 5).Run(), new FleetRun(FleetShape.Small, release, 5).Run());
        Assert.NotEqual(new FleetRun(FleetShape.Small, release, 5).Run(), new FleetRun(FleetShape.Small, release, 6).Run());
    }

    [Fact]
    public void Fleet_WithoutTheTasterWithoutVerdicts_WouldBeLost()
    {
        // What the simulation says without protection: otherwise it proves nothing.
        var release = BadRelease.All.Single(release => release.Name == "every request fails") with
        {
            Name = "unseen",
        };
        var shape = FleetShape.Small with { Loss = 0 };
        var outcome = new FleetRun(shape, release, 3) { Pace = new RolloutOptions().Shared with { Steps = [] }, IsBlind = true }.Run();
        Assert.True(outcome.IsGood);
        Assert.InRange(outcome.HitShare, 0.5, 1);
    }
}
