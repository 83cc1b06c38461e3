using Holdfast.Releases.Rollout.Waves;

namespace Holdfast.Releases.Tests.Rollout.Waves;

public sealed class FleetVerdictTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(100, 2)]
    [InlineData(1_000, 4)]
    [InlineData(10_000, 14)]
    public void Needed_IsMoreThanMisfortuneBrings(int edges, int needed) => Assert.Equal(needed, FleetVerdict.Needed(edges));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 2)]
    [InlineData(1_000, 4)]
    public void NeededWithoutWaves_IsTwoAtLeastWhereThereAreTwo(int edges, int needed) =>
        Assert.Equal(needed, FleetVerdict.NeededWithoutWaves(edges));

    [Fact]
    public void Needed_GrowsWithTheFleetAndNeverBeyondIt()
    {
        var before = 1;
        for (var edges = 1; edges <= 20_000; edges = (edges * 11 / 10) + 1)
        {
            var needed = FleetVerdict.Needed(edges);
            Assert.InRange(needed, before, edges);
            before = needed;
        }
    }
}
