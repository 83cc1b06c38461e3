namespace Holdfast.Cli.Supervision;

/// <summary>
/// When a child that ended is started again: the first time at once, then after 100 ms, doubling to 10 s; a child that lived for 60 s
/// begins anew. One child's, used by one task at a time.
/// </summary>
internal sealed class RestartPolicy(TimeProvider time)
{
    /// <summary>The delay before the second restart in a row; the first has none, so that visitors wait in the backlog no longer than needed.</summary>
    public static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest delay: a cause that somebody has put right is found out within that time.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    /// <summary>A child that lived this long was well; its end is not part of a series.</summary>
    public static readonly TimeSpan LongLife = TimeSpan.FromSeconds(60);

    private long startedAt = time.GetTimestamp();
    private TimeSpan next = TimeSpan.Zero;

    /// <summary>Call when the child was started.</summary>
    public void Started() => startedAt = time.GetTimestamp();

    /// <summary>Call when the child has ended.</summary>
    /// <returns>How long to wait before it is started again.</returns>
    public TimeSpan Ended()
    {
        if (time.GetElapsedTime(startedAt) >= LongLife)
        {
            next = TimeSpan.Zero;
        }

        var delay = next;
        next =
            delay == TimeSpan.Zero ? FirstDelay
            : delay * 2 > LongestDelay ? LongestDelay
            : delay * 2;
        return delay;
    }
}
