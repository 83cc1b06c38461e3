namespace Holdfast.Control.Feed;

/// <summary>
/// The nonces of the last ten minutes (twice the allowed skew): none is taken twice. Bounded; when it is full, requests are refused
/// rather than nonces forgotten. Only nonces of edges that know the secret get here. Safe to use from several threads.
/// </summary>
internal sealed class NonceWindow
{
    /// <summary>Most nonces remembered, about 20 MB of memory.</summary>
    public const int Capacity = 200_000;

    private readonly TimeSpan _length;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Queue<(string Nonce, long At)> _order = new();

    public NonceWindow(TimeSpan length, TimeProvider time)
    {
        _length = length;
        _time = time;
    }

    /// <summary>Remembers a nonce.</summary>
    /// <returns>Whether it was new and there was room for it.</returns>
    public bool TryAdd(string nonce)
    {
        lock (_gate)
        {
            while (_order.TryPeek(out var oldest) && _time.GetElapsedTime(oldest.At) > _length)
            {
                _seen.Remove(_order.Dequeue().Nonce);
            }

            if (_seen.Count >= Capacity || !_seen.Add(nonce))
            {
                return false;
            }

            _order.Enqueue((nonce, _time.GetTimestamp()));
            return true;
        }
    }
}
