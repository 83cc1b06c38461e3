using System.Collections.Concurrent;
using System.Text;

namespace Holdfast.Edge.Origins;

/// <summary>
/// The encrypted targets behind one wildcard record. Each host needs its own, because its name is what the server is asked for in the
/// handshake and what its certificate must be for. Visitors choose the hosts, so only the ones asked for lately are kept.
/// </summary>
/// <param name="uses">The zone's targets.</param>
/// <param name="keyOf">What a host's target is.</param>
internal sealed class WildcardTargets(TargetUses uses, Func<string, OriginTargetKey> keyOf)
{
    /// <summary>Most hosts that are remembered.</summary>
    public const int Most = 256;

    private readonly ConcurrentDictionary<byte[], OriginTarget> _targets = new(HostNames.Comparer);
    private readonly Lock _gate = new();

    // The order in which they came.
    private readonly Queue<byte[]> _order = new();

    /// <summary>How many hosts are remembered.</summary>
    public int Count => _targets.Count;

    /// <summary>The host's target.</summary>
    /// <param name="host">Lower case, without port.</param>
    public OriginTarget Of(ReadOnlySpan<byte> host)
    {
        var lookup = _targets.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (lookup.TryGetValue(host, out var known))
        {
            return known;
        }

        lock (_gate)
        {
            if (lookup.TryGetValue(host, out known))
            {
                return known;
            }

            if (_order.Count == Most && _targets.TryRemove(_order.Dequeue(), out var oldest))
            {
                uses.Leave(oldest);
            }

            var name = host.ToArray();
            var target = uses.Use(keyOf(Encoding.ASCII.GetString(name)));
            _targets[name] = target;
            _order.Enqueue(name);
            return target;
        }
    }
}
