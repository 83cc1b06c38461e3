namespace Holdfast.Control.Tests;

/// <summary>The system's time, moved forward by the test: timers run as they do, and what looks at the clock sees it jump.</summary>
internal sealed class MovedTime : TimeProvider
{
    private long _offset;

    public override long GetTimestamp() => System.GetTimestamp() + (long)(Offset.TotalSeconds * TimestampFrequency);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);

    private TimeSpan Offset => TimeSpan.FromTicks(Interlocked.Read(ref _offset));
}
