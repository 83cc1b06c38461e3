using Holdfast.Http.Deadlines;

namespace Holdfast.Http.Tests;

public sealed class DeadlineTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly ManualTime _time = new();
    private readonly DeadlineSweep _sweep;
    private int _passed;

    public DeadlineTests() => _sweep = new DeadlineSweep(_time);

    public void Dispose() => _sweep.Dispose();

    [Fact]
    public void Deadline_BeforeItsTime_DoesNotPass()
    {
        using var deadline = _sweep.Watch(() => _passed++);
        deadline.Set(Second);

        _time.Advance(Second - TimeSpan.FromTicks(1));

        Assert.False(deadline.HasPassed);
        Assert.Equal(0, _passed);
    }

    [Fact]
    public void Deadline_AtItsTime_PassesWithinOneInterval()
    {
        using var deadline = _sweep.Watch(() => _passed++);
        deadline.Set(Second);

        _time.Advance(Second + DeadlineSweep.Interval);

        Assert.True(deadline.HasPassed);
        Assert.Equal(1, _passed);
    }

    [Fact]
    public void Deadline_LongPast_IsToldOnce()
    {
        using var deadline = _sweep.Watch(() => _passed++);
        deadline.Set(Second);

        _time.Advance(10 * Second);

        Assert.Equal(1, _passed);
    }

    [Fact]
    public void Set_AfterItPassed_GuardsAnew()
    {
        using var deadline = _sweep.Watch(() => _passed++);
        deadline.Set(Second);
        _time.Advance(2 * Second);

        deadline.Set(Second);
        Assert.False(deadline.HasPassed);
        _time.Advance(2 * Second);

        Assert.Equal(2, _passed);
    }

    [Fact]
    public void Set_BeforeItPassed_PutsItOff()
    {
        using var deadline = _sweep.Watch(() => _passed++);
        deadline.Set(Second);
        _time.Advance(Second / 2);

        deadline.Set(2 * Second);
        _time.Advance(Second + DeadlineSweep.Interval);

        Assert.Equal(0, _passed);
    }

    [Fact]
    public void Lift_Set_NeverPasses()
    {
        using var deadline = _sweep.Watch(() => _passed++);
        deadline.Set(Second);

        deadline.Lift();
        _time.Advance(10 * Second);

        Assert.Equal(0, _passed);
    }

    [Theory]
    [InlineData(5, 1, 2, 1)]
    [InlineData(1, 5, 2, 1)]
    [InlineData(5, 4, 2, 0)]
    public void Shorten_Set_BringsForwardAndNeverPutsOff(int set, int shorten, int after, int passed)
    {
        using var deadline = _sweep.Watch(() => _passed++);
        deadline.Set(set * Second);

        deadline.Shorten(shorten * Second);
        _time.Advance(after * Second);

        Assert.Equal(passed, _passed);
    }

    [Fact]
    public void Shorten_NothingSet_Sets()
    {
        using var deadline = _sweep.Watch(() => _passed++);

        deadline.Shorten(Second);
        _time.Advance(2 * Second);

        Assert.Equal(1, _passed);
    }

    [Fact]
    public void Set_Zero_PassesAtTheNextSweep()
    {
        using var deadline = _sweep.Watch(() => _passed++);

        deadline.Set(TimeSpan.Zero);
        _time.Advance(DeadlineSweep.Interval);

        Assert.Equal(1, _passed);
    }

    public static TheoryData<TimeSpan> NoLimits => [Timeout.InfiniteTimeSpan, TimeSpan.MaxValue];

    [Theory]
    [MemberData(nameof(NoLimits))]
    public void Set_NoLimit_NeverPasses(TimeSpan limit)
    {
        using var deadline = _sweep.Watch(() => _passed++);

        deadline.Set(limit);
        deadline.Shorten(limit);
        _time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(0, _passed);
    }

    [Fact]
    public void Dispose_Set_IsForgotten()
    {
        var deadline = _sweep.Watch(() => _passed++);
        deadline.Set(Second);

        deadline.Dispose();
        deadline.Dispose();
        _time.Advance(2 * Second);

        Assert.Equal(0, _passed);
        Assert.Equal(0, _sweep.Count);
    }

    [Fact]
    public void Watch_Hundreds_EachPassesAtItsOwnTime()
    {
        var passed = new List<int>();
        var deadlines = Enumerable.Range(0, 300).Select(i => _sweep.Watch(() => passed.Add(i))).ToList();
        for (var i = 0; i < deadlines.Count; i++)
        {
            deadlines[i].Set((i % 3 == 0 ? 1 : 5) * Second);
        }

        // Out of the middle, the end and the beginning, so that others move up into their places.
        foreach (var gone in new[] { 150, 299, 0 })
        {
            deadlines[gone].Dispose();
        }

        _time.Advance(2 * Second);

        Assert.Equal(Enumerable.Range(0, 300).Where(i => i % 3 == 0 && i is not (150 or 0)), passed.Order());
        Assert.Equal(297, _sweep.Count);
    }

    [Fact]
    public void Sweep_CallbackDisposesAll_TellsOnlyThoseThatPassed()
    {
        var deadlines = new List<Deadline>();
        for (var i = 0; i < 3; i++)
        {
            deadlines.Add(
                _sweep.Watch(() =>
                {
                    _passed++;
                    deadlines.ForEach(d => d.Dispose());
                })
            );
        }

        deadlines[0].Set(Second);
        _time.Advance(2 * Second);

        Assert.Equal(1, _passed);
        Assert.Equal(0, _sweep.Count);
    }

    // Two pass in one sweep; what the first one does lifts the second, which ended in time after all.
    [Fact]
    public void Sweep_LiftedBetweenPassingAndTelling_IsNotTold()
    {
        Deadline? second = null;
        using var first = _sweep.Watch(() => second!.Lift());
        second = _sweep.Watch(() => _passed++);
        first.Set(Second);
        second.Set(Second);

        _time.Advance(2 * Second);

        Assert.Equal(0, _passed);
    }

    [Fact]
    public void Dispose_Sweep_StopsItsTimer()
    {
        Assert.Equal(1, _time.TimerCount);

        _sweep.Dispose();

        Assert.Equal(0, _time.TimerCount);
    }
}
