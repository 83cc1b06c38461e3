namespace Holdfast.Edge.Rules.Events;

/// <summary>
/// Which of a rule's acts are written down. The first in a second all are; then one in ten, one in a hundred, one in a thousand, each of
/// which stands for so many. So a flood costs a bounded amount (the design's law 15), can be counted all the same, and hides no other
/// rule's events. Any thread may use it.
/// </summary>
internal sealed class EventBudget
{
    /// <summary>Up to here all are written, in one second.</summary>
    public const int All = 50;

    /// <summary>Up to here one in ten; up to ten times as many one in a hundred.</summary>
    public const int Tenths = 500;

    private long _second = long.MinValue;
    private int _seen;

    /// <summary>A rule has acted.</summary>
    /// <param name="second">When, in whole seconds of a clock that goes forwards only.</param>
    /// <returns>How many acts the event stands for; 0 when none is to be written.</returns>
    public int Take(long second)
    {
        // A request that began in an earlier second counts in the present one.
        var present = Volatile.Read(ref _second);
        if (second > present && Interlocked.CompareExchange(ref _second, second, present) == present)
        {
            Volatile.Write(ref _seen, 0);
        }

        var seen = Interlocked.Increment(ref _seen);
        var one =
            seen <= All ? 1
            : seen <= Tenths ? 10
            : seen <= 10 * Tenths ? 100
            : 1000;
        return seen % one == 0 ? one : 0;
    }
}
