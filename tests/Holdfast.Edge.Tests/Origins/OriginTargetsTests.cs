using Holdfast.Edge.Origins;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Tests.Listening;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Origins;

namespace Holdfast.Edge.Tests.Origins;

/// <summary>Which origins an edge remembers.</summary>
public sealed class OriginTargetsTests : IDisposable
{
    private static readonly OriginTargetKey Key = new("192.0.2.1", 80, null, false, false);

    private readonly ManualClock _clock = new();
    private readonly DeadlineSweep _sweep;
    private readonly OriginTargets _targets;
    private readonly List<OriginTarget> _forgotten = [];

    public OriginTargetsTests()
    {
        _sweep = new DeadlineSweep(_clock);
        _targets = new OriginTargets(new NoResolver(), new OriginPoolLimits(), _sweep, new OriginReports(new EdgeCounters([])))
        {
            Forgotten = _forgotten.Add,
        };
    }

    public void Dispose()
    {
        _targets.Dispose();
        _sweep.Dispose();
    }

    [Fact]
    public void Target_InUseByOne_IsSharedAndKeptHoweverLong()
    {
        var first = _targets.Use(Key);
        Assert.Same(first, _targets.Use(Key));
        _targets.Leave(first);
        _clock.Advance(TimeSpan.FromHours(1));
        _targets.Trim();
        Assert.Same(first, _targets.Use(Key));
        Assert.Empty(_forgotten);
    }

    [Fact]
    public async Task Target_LeftByAll_IsForgottenAfterAMinuteWithItsPool()
    {
        var target = _targets.Use(Key);
        var pool = (await target.PoolsAsync(TestContext.Current.CancellationToken))[0];
        _targets.Leave(target);
        _clock.Advance(TimeSpan.FromSeconds(59));
        _targets.Trim();
        Assert.Equal((1, 1), (_targets.Count, _targets.PoolCount));

        _clock.Advance(TimeSpan.FromSeconds(2));
        _targets.Trim();
        Assert.Equal((0, 0), (_targets.Count, _targets.PoolCount));
        Assert.Same(target, Assert.Single(_forgotten));

        // Whoever still has it finds no connection, and what it makes is closed when it is given back.
        Assert.Same(pool, (await target.PoolsAsync(TestContext.Current.CancellationToken))[0]);
        Assert.Null(pool.TryTake());
        Assert.NotSame(target, _targets.Use(Key));
    }

    [Fact]
    public void Target_UsedAgainWithinTheMinute_IsKept()
    {
        var target = _targets.Use(Key);
        _targets.Leave(target);
        _clock.Advance(TimeSpan.FromSeconds(50));
        Assert.Same(target, _targets.Use(Key));
        _clock.Advance(TimeSpan.FromMinutes(5));
        _targets.Trim();
        Assert.Equal(1, _targets.Count);
    }

    private sealed class NoResolver : IOriginResolver
    {
        public Task<ResolvedName> ResolveAsync(string name, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("addresses need no resolver");
    }
}
