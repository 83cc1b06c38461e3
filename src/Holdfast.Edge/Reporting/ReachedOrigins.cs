using System.Net;

namespace Holdfast.Edge.Reporting;

/// <summary>
/// Where a zone's answers came from: its origins as they were reached, by name and address. Any thread; after an origin's first request nothing
/// allocates, waits or throws.
/// </summary>
internal sealed class ReachedOrigins
{
    /// <summary>Origins of a zone that are told apart; one that was not asked for ten minutes makes room.</summary>
    public const int Most = 4;

    private const long IdleMilliseconds = 600_000;

    private readonly ReachedOrigin?[] _all = new ReachedOrigin?[Most];

    /// <summary>Those that there are, in no order.</summary>
    public IEnumerable<ReachedOrigin> All
    {
        get
        {
            for (var i = 0; i < Most; i++)
            {
                if (Volatile.Read(ref _all[i]) is { } origin)
                {
                    yield return origin;
                }
            }
        }
    }

    /// <summary>An origin was asked.</summary>
    /// <param name="host">Its name.</param>
    /// <param name="address">The address that it was reached at.</param>
    /// <param name="now">In milliseconds of the environment's tick count.</param>
    public void Asked(string host, IPAddress address, long now)
    {
        // Wherever it stands, before another's place is taken: told of twice, one would count the other's requests.
        for (var i = 0; i < Most; i++)
        {
            if (Volatile.Read(ref _all[i]) is { } known && known.Is(host, address))
            {
                known.Asked(now);
                return;
            }
        }

        for (var i = 0; i < Most; i++)
        {
            var known = Volatile.Read(ref _all[i]);
            if (known is null || now - known.LastAsked > IdleMilliseconds)
            {
                // Of two at once one makes it; the other's request is not counted.
                Interlocked.CompareExchange(ref _all[i], new ReachedOrigin(host, address, now), known);
                return;
            }
        }
    }
}

/// <summary>One origin of a zone.</summary>
/// <param name="host">Its name.</param>
/// <param name="address">The address that it was reached at.</param>
/// <param name="now">When it was first asked.</param>
internal sealed class ReachedOrigin(string host, IPAddress address, long now)
{
    private long _requests = 1;
    private long _lastAsked = now;

    /// <summary>Its name.</summary>
    public string Host { get; } = host;

    /// <summary>The address that it was reached at.</summary>
    public IPAddress Address { get; } = address;

    /// <summary>How often it was asked.</summary>
    public long Requests => Volatile.Read(ref _requests);

    /// <summary>When it was last asked.</summary>
    public long LastAsked => Volatile.Read(ref _lastAsked);

    /// <summary>Whether it is this one.</summary>
    public bool Is(string host, IPAddress address) =>
        (ReferenceEquals(Address, address) || Address.Equals(address)) && string.Equals(Host, host, StringComparison.Ordinal);

    /// <summary>It was asked again.</summary>
    public void Asked(long now)
    {
        Interlocked.Increment(ref _requests);
        if (_lastAsked != now)
        {
            Volatile.Write(ref _lastAsked, now);
        }
    }
}
