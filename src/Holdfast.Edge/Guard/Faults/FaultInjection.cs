using System.Collections.Immutable;
using System.Text.Json;

namespace Holdfast.Edge.Guard.Faults;

/// <summary>
/// The faults that tests and drills have tripped, on an edge that was started for that. One a point; a new one takes the place of the one before.
/// Any thread.
/// </summary>
internal sealed class FaultInjection : IDisposable
{
    /// <summary>The most times that a fault can be told to happen.</summary>
    public const int MostTimes = 1_000_000;

    /// <summary>The most bytes that a fault allocates: 1 GiB.</summary>
    public const int MostBytes = 1 << 30;

    /// <summary>The longest delay in milliseconds.</summary>
    public const int LongestDelay = 60_000;

    // What a fault allocates at once: large enough that the collector sees it as one piece.
    private const int Piece = 1 << 20;

    private readonly TrippedFault?[] _tripped = new TrippedFault?[Enum.GetValues<FaultPoint>().Length];

    /// <summary>The same, where the process ends at some points from the start on.</summary>
    /// <param name="diesAt">The points.</param>
    /// <param name="clock">See <see cref="Clock"/>.</param>
    public static FaultInjection With(ImmutableArray<FaultPoint> diesAt, DrilledTime? clock = null)
    {
        var faults = new FaultInjection { Clock = clock };
        foreach (var point in diesAt)
        {
            faults.Trip(new TrippedFault(point, FaultAction.Kill, null, MostTimes, 0));
        }

        return faults;
    }

    /// <summary>The edge's clock, which can be set wrong; null where it can't.</summary>
    public DrilledTime? Clock { get; init; }

    /// <summary>What is tripped now.</summary>
    public IEnumerable<TrippedFault> Tripped => _tripped.OfType<TrippedFault>();

    /// <summary>A point's name in the API: <c>firewall_custom</c>.</summary>
    public static string NameOf(FaultPoint point) => JsonNamingPolicy.SnakeCaseLower.ConvertName(point.ToString());

    /// <summary>Trips a fault.</summary>
    public void Trip(TrippedFault fault) => Interlocked.Exchange(ref _tripped[(int)fault.Point], fault)?.Clear();

    /// <summary>Clears a point.</summary>
    public void Clear(FaultPoint point) => Interlocked.Exchange(ref _tripped[(int)point], null)?.Clear();

    /// <summary>Clears all points.</summary>
    public void Dispose()
    {
        foreach (var point in Enum.GetValues<FaultPoint>())
        {
            Clear(point);
        }
    }

    /// <summary>Fails as it is told to.</summary>
    /// <param name="point">Where.</param>
    /// <param name="zone">The zone's id; empty before it is known.</param>
    public void Meet(FaultPoint point, string zone)
    {
        if (Volatile.Read(ref _tripped[(int)point]) is not { } fault || !fault.TryTake(zone))
        {
            return;
        }

        switch (fault.Action)
        {
            case FaultAction.Throw:
                throw new InjectedFaultException(point);

            case FaultAction.Hang:
                fault.Cleared.Wait();
                break;

            case FaultAction.Spin:
                while (!fault.Cleared.IsCompleted)
                {
                    GuardSlot.Current.Pass();
                }

                break;

            case FaultAction.Allocate:
                for (var left = fault.Amount; left > 0; left -= Piece)
                {
                    GC.KeepAlive(new byte[Math.Min(left, Piece)]);
                }

                break;

            case FaultAction.Kill:
                Environment.FailFast($"the fault at {NameOf(point)} is tripped");
                break;

            default:
                fault.Cleared.Wait(fault.Amount);
                break;
        }
    }

    /// <summary>The same where what fails is awaited.</summary>
    public async Task MeetAsync(FaultPoint point, string zone)
    {
        if (Volatile.Read(ref _tripped[(int)point]) is { Action: FaultAction.Hang or FaultAction.Delay } fault)
        {
            if (fault.TryTake(zone))
            {
                await Task.WhenAny(fault.Cleared, Task.Delay(fault.Action == FaultAction.Hang ? Timeout.Infinite : fault.Amount))
                    .ConfigureAwait(false);
            }

            return;
        }

        Meet(point, zone);
    }
}
