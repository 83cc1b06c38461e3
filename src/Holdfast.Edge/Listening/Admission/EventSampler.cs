namespace Holdfast.Edge.Listening.Admission;

/// <summary>Lets the first few events of each second through and counts the rest. Any thread may call it; it takes no lock.</summary>
/// <param name="perSecond">How many each second.</param>
/// <param name="time">The clock.</param>
internal sealed class EventSampler(int perSecond, TimeProvider time)
{
    private long _second = long.MinValue;
    private int _taken;
    private long _unreported;

    /// <summary>Whether this event is one to report.</summary>
    /// <param name="unreported">If so, how many were not since the last one that was.</param>
    public bool TryTake(out long unreported)
    {
        var now = time.GetTimestamp() / time.TimestampFrequency;
        var second = Volatile.Read(ref _second);
        if (now != second && Interlocked.CompareExchange(ref _second, now, second) == second)
        {
            Volatile.Write(ref _taken, 0);
        }

        if (Volatile.Read(ref _taken) < perSecond && Interlocked.Increment(ref _taken) <= perSecond)
        {
            unreported = Interlocked.Exchange(ref _unreported, 0);
            return true;
        }

        Interlocked.Increment(ref _unreported);
        unreported = 0;
        return false;
    }
}
