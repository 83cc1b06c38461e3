using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Requests;
using Holdfast.Releases.Rollout;

namespace Holdfast.Edge.Slices;

/// <summary>
/// What is counted on one side of a slice. Any thread, without a lock; nothing is allocated. Visitors are told apart by
/// <see cref="VisitorSide.Groups"/> groups, so that a visitor who fails a hundred times counts once. A group is on one side as a whole: where
/// there are so many visitors that all groups fail, a side's share of them is still what the slice's width has it.
/// </summary>
internal sealed class SideCounts
{
    private readonly ulong[] _seen = new ulong[VisitorSide.Groups / 64];
    private readonly ulong[] _failing = new ulong[VisitorSide.Groups / 64];
    private readonly ulong[] _faulting = new ulong[VisitorSide.Groups / 64];
    private long _requests;
    private long _errors;
    private long _faults;
    private long _blocked;
    private long _microseconds;
    private int _visitors;
    private int _failingVisitors;
    private int _faultingVisitors;

    /// <summary>Counts a request that has ended.</summary>
    /// <param name="request">The request.</param>
    /// <param name="visitor">See <see cref="VisitorSide"/>.</param>
    /// <param name="elapsed">How long it took in all.</param>
    public void Add(EdgeRequest request, ulong visitor, TimeSpan elapsed)
    {
        var error = request.Error;
        Add(
            visitor,
            error != EdgeError.None && !request.VisitorGone && EdgeErrorCatalog.Get(error).Status >= 500,
            request.Guarded.Faulted != 0 || error is EdgeError.EdgeFault or EdgeError.ProtectionFailed,
            error is EdgeError.BlockedByRule or EdgeError.BannedAddress or EdgeError.BannedNetwork or EdgeError.BannedCountry,
            (long)Math.Max(0, (elapsed - request.Origin.Total).TotalMicroseconds)
        );
    }

    /// <summary>Counts a request that has ended.</summary>
    /// <param name="visitor">See <see cref="VisitorSide"/>.</param>
    /// <param name="isError">Whether the edge itself answered with a status of 500 or more.</param>
    /// <param name="isFault">Whether a module failed, or the edge.</param>
    /// <param name="isBlocked">Whether it was kept out.</param>
    /// <param name="microseconds">What the edge itself took.</param>
    public void Add(ulong visitor, bool isError, bool isFault, bool isBlocked, long microseconds)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Add(ref _microseconds, microseconds);
        Note(_seen, visitor, ref _visitors);
        if (isBlocked)
        {
            Interlocked.Increment(ref _blocked);
        }

        if (isError)
        {
            Interlocked.Increment(ref _errors);
        }

        if (isError || isFault)
        {
            Note(_failing, visitor, ref _failingVisitors);
        }

        if (isFault)
        {
            Interlocked.Increment(ref _faults);
            Note(_faulting, visitor, ref _faultingVisitors);
        }
    }

    /// <summary>The figures so far.</summary>
    public SideFigures Read() =>
        new()
        {
            Requests = Interlocked.Read(ref _requests),
            Errors = Interlocked.Read(ref _errors),
            Faults = Interlocked.Read(ref _faults),
            Blocked = Interlocked.Read(ref _blocked),
            Microseconds = Interlocked.Read(ref _microseconds),
            Visitors = Volatile.Read(ref _visitors),
            Failing = Volatile.Read(ref _failingVisitors),
            Faulting = Volatile.Read(ref _faultingVisitors),
        };

    private static void Note(ulong[] set, ulong visitor, ref int count)
    {
        ref var word = ref set[(int)(visitor & (VisitorSide.Groups - 1)) >> 6];
        var bit = 1UL << (int)(visitor & 63);
        if ((Volatile.Read(ref word) & bit) == 0 && (Interlocked.Or(ref word, bit) & bit) == 0)
        {
            Interlocked.Increment(ref count);
        }
    }
}
