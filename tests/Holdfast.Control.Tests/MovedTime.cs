namespace Holdfast.Control.Tests;

/// <summary>A clock that stands still until the test moves it. Timers run as the system's do.</summary>
internal sealed class MovedTime : TimeProvider
{
    private readonly DateTimeOffset _start = System.GetUtcNow();
    private long _moved;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _moved);

    public override DateTimeOffset GetUtcNow() => _start + TimeSpan.FromTicks(Interlocked.Read(ref _moved));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _moved, by.Ticks);
}
