using Holdfast.Http.Deadlines;

namespace Holdfast.Http.Tests;

public sealed class SuspendedDeadlineTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly ManualTime _time = new();
    private readonly DeadlineSweep _sweep;
    private int _passed;

    public SuspendedDeadlineTests() => _sweep = new DeadlineSweep(_time);

    public void Dispose() => _sweep.Dispose();

    [Fact]
    public void Deadline_Suspended_PassesOnlyOnceItIsResumed()
    {
        using var deadline = _sweep.Watch(() => _passed++);
        deadline.Suspend();
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, _passed);

        deadline.Resume(Second);
        _time.Advance(Second + DeadlineSweep.Interval);

        Assert.Equal(1, _passed);
    }

    [Fact]
    public void Deadline_LiftedSinceItWasSuspended_IsNotResumed()
    {
        using var deadline = _sweep.Watch(() => _passed++);
        deadline.Suspend();
        deadline.Lift();

        deadline.Resume(Second);
        _time.Advance(2 * Second);

        Assert.Equal(0, _passed);
    }

    [Fact]
    public void Deadline_ShortenedSinceItWasSuspended_KeepsTheShorterTime()
    {
        using var deadline = _sweep.Watch(() => _passed++);
        deadline.Suspend();
        deadline.Shorten(Second);

        deadline.Resume(TimeSpan.FromHours(1));
        _time.Advance(Second + DeadlineSweep.Interval);

        Assert.Equal(1, _passed);
    }
}
