using Holdfast.Control.Access;

namespace Holdfast.Control.Tests.Operators;

public sealed class FailureCounterTests
{
    private readonly MovedTime _time = new();

    [Fact]
    public void Pause_DoublesUpToTheCeiling_AndIsForgotten()
    {
        var counter = new FailureCounter(TimeSpan.FromSeconds(10), _time);
        var pauses = new List<double>();
        for (var i = 0; i < 40; i++)
        {
            counter.Failed("a");
            pauses.Add(Math.Round(counter.Pause("a")?.TotalSeconds ?? 0));
        }

        Assert.Equal([0, 0, 0, 0, 0, 1, 2, 4, 8, 10], pauses.Take(10));
        Assert.All(pauses.Skip(9), pause => Assert.Equal(10, pause));
        Assert.Null(counter.Pause("b"));
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Null(counter.Pause("a"));
        _time.Advance(FailureCounter.Memory);
        counter.Failed("a");
        Assert.Null(counter.Pause("a"));
    }

    [Fact]
    public void Failed_MoreKeysThanThereIsRoomFor_ForgetsTheOldest()
    {
        var counter = new FailureCounter(TimeSpan.FromMinutes(1), _time);
        for (var i = 0; i < 7; i++)
        {
            counter.Failed("first");
        }

        Assert.NotNull(counter.Pause("first"));
        for (var i = 0; i < FailureCounter.Capacity; i++)
        {
            counter.Failed($"key {i}");
        }

        Assert.Null(counter.Pause("first"));
    }

    [Fact]
    public void Succeeded_ForgetsTheFailures()
    {
        var counter = new FailureCounter(TimeSpan.FromMinutes(1), _time);
        for (var i = 0; i < 10; i++)
        {
            counter.Failed("a");
        }

        counter.Succeeded("a");
        Assert.Null(counter.Pause("a"));
    }
}
