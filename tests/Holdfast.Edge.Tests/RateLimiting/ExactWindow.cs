namespace Holdfast.Edge.Tests.RateLimiting;

/// <summary>The obvious counter: it remembers the time of everything that it has counted.</summary>
internal sealed class ExactWindow(long period)
{
    private readonly Queue<(long At, long Units)> _counted = new();
    private long _total;

    public long CountAt(long now)
    {
        while (_counted.TryPeek(out var oldest) && now - oldest.At >= period)
        {
            _total -= _counted.Dequeue().Units;
        }

        return _total;
    }

    public void Add(long now, long units)
    {
        _counted.Enqueue((now, units));
        _total += units;
    }
}
