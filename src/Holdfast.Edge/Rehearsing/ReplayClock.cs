namespace Holdfast.Edge.Rehearsing;

/// <summary>
/// The time for what counts requests: that of the sample which is replayed, so that a minute of visitors is a minute to a rate limit, however
/// quickly it is replayed. It never goes back.
/// </summary>
internal sealed class ReplayClock : TimeProvider
{
    private long _ticks;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Goes on to this time.</summary>
    public void MoveTo(DateTimeOffset at) => _ticks = Math.Max(_ticks, at.UtcTicks);

    /// <inheritdoc/>
    public override long GetTimestamp() => _ticks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(_ticks, TimeSpan.Zero);
}
