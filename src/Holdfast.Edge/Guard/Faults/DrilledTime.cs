namespace Holdfast.Edge.Guard.Faults;

/// <summary>
/// A clock that tests and drills can set wrong, as a machine's is when nobody keeps it right: what time it is changes, how long something takes
/// does not. Any thread.
/// </summary>
/// <param name="right">The clock that it is wrong beside.</param>
internal sealed class DrilledTime(TimeProvider right) : TimeProvider
{
    /// <summary>The most that it is wrong, in seconds, either way: ten years.</summary>
    public const int MostSeconds = 10 * 366 * 86_400;

    private long _seconds;

    /// <summary>How far it is ahead, in seconds; negative when it is behind.</summary>
    public long Seconds
    {
        get => Interlocked.Read(ref _seconds);
        set => Interlocked.Exchange(ref _seconds, value);
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => right.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => right.LocalTimeZone;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => right.GetUtcNow().AddSeconds(Seconds);

    /// <inheritdoc/>
    public override long GetTimestamp() => right.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        right.CreateTimer(callback, state, dueTime, period);
}
