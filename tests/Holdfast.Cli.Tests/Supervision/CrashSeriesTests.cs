using Holdfast.Cli.Supervision;
using Holdfast.Cli.Tests.TestSystem;

namespace Holdfast.Cli.Tests.Supervision;

public sealed class CrashSeriesTests
{
    private readonly ManualTime time = new();
    private readonly CrashSeries series;

    public CrashSeriesTests() => series = new CrashSeries(time);

    [Fact]
    public void Died_AgainAndAgain_BypassesAtTheFourth()
    {
        for (var i = 1; i < CrashSeries.Most; i++)
        {
            Die(TimeSpan.FromSeconds(50));
            Assert.False(series.Bypasses);
        }

        Die(TimeSpan.FromSeconds(50));
        Assert.True(series.Bypasses);
        Assert.Equal(CrashSeries.FirstBypass, series.Stay);
    }

    [Fact]
    public void Died_NowAndThen_NeverBypasses()
    {
        for (var i = 0; i < 20; i++)
        {
            Die(CrashSeries.Near + TimeSpan.FromSeconds(1));
            Assert.False(series.Bypasses);
        }
    }

    [Fact]
    public void TryWithout_IsNotReadyInTime_BypassesAtOnce()
    {
        Bypass();
        series.TryWithout();
        time.Advance(CrashSeries.Near * 2);
        series.FailedToStart();
        Assert.True(series.Bypasses);
        Assert.Equal(CrashSeries.FirstBypass * 2, series.Stay);
    }

    [Fact]
    public void TryWithout_DiesWithinAMinute_BypassesAtOnceAndForTwiceAsLong()
    {
        Bypass();
        for (var stay = CrashSeries.FirstBypass * 2; stay < CrashSeries.LongestBypass; stay *= 2)
        {
            series.TryWithout();
            Assert.False(series.Bypasses);
            Die(TimeSpan.FromSeconds(30));
            Assert.True(series.Bypasses);
            Assert.Equal(stay, series.Stay);
        }

        series.TryWithout();
        Die(TimeSpan.FromSeconds(30));
        Assert.Equal(CrashSeries.LongestBypass, series.Stay);
    }

    [Fact]
    public void TryWithout_LivesOn_IsAsBeforeItAll()
    {
        Bypass();
        series.TryWithout();
        Die(TimeSpan.FromMinutes(5));
        Assert.False(series.Bypasses);
        Bypass(CrashSeries.Most - 1);
        Assert.Equal(CrashSeries.FirstBypass, series.Stay);
    }

    private void Bypass(int deaths = CrashSeries.Most)
    {
        for (var i = 0; i < deaths; i++)
        {
            Die(TimeSpan.FromSeconds(1));
        }

        Assert.True(series.Bypasses);
    }

    private void Die(TimeSpan after)
    {
        time.Advance(after);
        series.Died();
    }
}
