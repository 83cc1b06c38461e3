using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Holdfast.Edge.Origins.Concurrency;
using Holdfast.Http.Origins;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Origins;

/// <summary>
/// One place that requests can be sent to: a name or address, a port, and how the connection is secured. Shared by all zones that
/// mean the same, and it outlives their releases: its addresses and connections are state.
/// </summary>
internal sealed class OriginTarget
{
    // From this share of an answer's life on it is renewed behind the requests, so that none of them waits for a name server.
    private const double RenewFrom = 0.8;

    // How long a request waits for a name server when the addresses it has are too old; after that it uses them.
    private static readonly TimeSpan ResolveBudget = TimeSpan.FromSeconds(5);

    // How soon a name server that failed is asked again while old addresses serve.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly OriginTargets _owner;
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, OriginGate> _gates = new(StringComparer.Ordinal);
    private volatile Resolution? _current;
    private readonly OriginPool[][]? _turns;
    private Task<Resolution>? _resolving;

    internal OriginTarget(OriginTargetKey key, OriginTargets owner)
    {
        Key = key;
        _owner = owner;
        HostText = Encoding.ASCII.GetBytes(key.Host.Contains(':') ? $"[{key.Host}]" : key.Host);
        if (key.Addresses is { Addresses: var addresses })
        {
            _current = new Resolution([.. addresses.Select(a => owner.PoolFor(Endpoint(a)))], long.MaxValue, long.MaxValue);
            _turns = Turns(_current.Pools);
        }
        else if (IPAddress.TryParse(key.Host, out var address))
        {
            _current = new Resolution([owner.PoolFor(Endpoint(address))], long.MaxValue, long.MaxValue);
        }
    }

    /// <summary>What it is.</summary>
    public OriginTargetKey Key { get; }

    /// <summary>The host as it stands in a Host field.</summary>
    public byte[] HostText { get; }

    /// <summary>How many use it. Under <see cref="OriginTargets"/>' lock.</summary>
    internal int Users { get; set; }

    /// <summary>When the last one left, as a timestamp. Under <see cref="OriginTargets"/>' lock.</summary>
    internal long LeftAt { get; set; }

    /// <summary>The gate of one zone's requests; each zone has its own, where it limits how many may be under way.</summary>
    /// <param name="zone">The zone's id.</param>
    public OriginGate GateOf(string zone) => _gates.GetOrAdd(zone, static _ => new OriginGate());

    /// <summary>The pools of the addresses that it has now.</summary>
    internal OriginPool[] CurrentPools => _current?.Pools ?? [];

    /// <summary>Whether requests are spread over its addresses. A name server spreads by the order of its answers.</summary>
    public bool Spreads => _turns is not null;

    /// <summary>
    /// The pools in the order in which one request tries them: each address is as often the first as any other, when
    /// <see cref="Spreads"/>.
    /// </summary>
    /// <param name="pools">What <see cref="PoolsAsync"/> gave.</param>
    /// <param name="lot">A random number of the request's own.</param>
    public OriginPool[] InTurn(OriginPool[] pools, ulong lot) => _turns is null ? pools : _turns[lot % (ulong)_turns.Length];

    /// <summary>The pools of its addresses, in the order to try them. Completes at once while the addresses are fresh.</summary>
    /// <exception cref="OriginNameException">The name can't be resolved, and no older answer is there.</exception>
    public ValueTask<OriginPool[]> PoolsAsync(CancellationToken cancellationToken)
    {
        var current = _current;
        if (current is not null)
        {
            var now = _owner.Time.GetTimestamp();
            if (now < current.RenewAt)
            {
                return new ValueTask<OriginPool[]>(current.Pools);
            }

            if (now < current.ExpiresAt)
            {
                _ = Resolve();
                return new ValueTask<OriginPool[]>(current.Pools);
            }
        }

        return ResolvedPoolsAsync(current, cancellationToken);
    }

    private async ValueTask<OriginPool[]> ResolvedPoolsAsync(Resolution? old, CancellationToken cancellationToken)
    {
        try
        {
            var resolution = await Resolve().WaitAsync(ResolveBudget, _owner.Time, cancellationToken).ConfigureAwait(false);
            return resolution.Pools;
        }
        catch (Exception e) when (e is OriginNameException or TimeoutException)
        {
            // An address that was right a moment ago beats no answer at all: losing the resolver must not lose the site.
            return old?.Pools ?? throw (e as OriginNameException ?? new OriginNameException($"'{Key.Host}' was not resolved in time", e));
        }
    }

    private Task<Resolution> Resolve()
    {
        lock (_lock)
        {
            if (_resolving is not { IsCompleted: false })
            {
                _resolving = ResolveCoreAsync();

                // A renewal behind the requests has nobody who awaits it; what went wrong is counted in the task itself.
                _ = _resolving.ContinueWith(
                    static t => t.Exception,
                    TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously
                );
            }

            return _resolving;
        }
    }

    private async Task<Resolution> ResolveCoreAsync()
    {
        // Never inside the lock: a resolver that completes at once would otherwise run there.
        await Task.Yield();
        try
        {
            var answer = await _owner.Resolver.ResolveAsync(Key.Host, CancellationToken.None).ConfigureAwait(false);
            var resolution = Resolved([.. answer.Addresses.Select(a => _owner.PoolFor(Endpoint(a)))], answer.TimeToLive);
            _current = resolution;
            return resolution;
        }
        catch (OriginNameException) when (_current is { } old)
        {
            var resolution = Resolved(old.Pools, RetryAfter);
            _current = resolution;
            return resolution;
        }
    }

    private Resolution Resolved(OriginPool[] pools, TimeSpan timeToLive)
    {
        var now = _owner.Time.GetTimestamp();
        var ticks = timeToLive.TotalSeconds * _owner.Time.TimestampFrequency;
        return new Resolution(pools, now + (long)(ticks * RenewFrom), now + (long)ticks);
    }

    private OriginEndpoint Endpoint(IPAddress address) =>
        new(new IPEndPoint(address, Key.Port), Key.ServerName is { } name ? new OriginTls(name, Key.Verify) : null);

    private static OriginPool[][] Turns(OriginPool[] pools) =>
        [.. Enumerable.Range(0, pools.Length).Select(first => (OriginPool[])[.. pools[first..], .. pools[..first]])];

    private sealed record Resolution(OriginPool[] Pools, long RenewAt, long ExpiresAt);
}

/// <summary>What makes two targets the same.</summary>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">1 to 65,535.</param>
/// <param name="ServerName">
/// The name sent as SNI and expected in the certificate; null when connections are not secured. It is the origin's own name; an origin
/// given as an address has the name that its zone is asked for by, because certificates are seldom made out for an address.
/// </param>
/// <param name="Verify">Whether the certificate must be valid for the name.</param>
/// <param name="Http2">The highest version to speak is HTTP/2: with TLS when the origin agrees, without it always (h2c).</param>
internal sealed record OriginTargetKey(string Host, int Port, string? ServerName, bool Verify, bool Http2)
{
    /// <summary>The addresses to use, when there are several and no name that they are resolved from; <c>Host</c> is then the first.</summary>
    public ServingAddresses? Addresses { get; init; }

    /// <summary>Whether connections are secured.</summary>
    public bool Tls => ServerName is not null;

    /// <summary>The target that a zone's origin and settings mean; null when the zone has no origin.</summary>
    public static OriginTargetKey? Of(ZoneConfig zone)
    {
        if (zone.Origin is not { } origin)
        {
            return null;
        }

        // Off and flexible speak in the clear, whatever the URL says; its port stays unless it is that of https.
        var tls = origin.Scheme == OriginScheme.Https && zone.Settings.Ssl is (SslMode.Full or SslMode.Strict);
        var clear = origin.Scheme == OriginScheme.Https && !tls;
        var http2 = origin.Scheme == OriginScheme.H2c || (tls && zone.Settings.OriginMaxHttpVersion >= 2);
        return new OriginTargetKey(
            origin.Host,
            clear && origin.Port == 443 ? 80 : origin.Port,
            tls ? ServerNameOf(zone, origin.Host) : null,
            tls && zone.Settings.Ssl == SslMode.Strict,
            http2
        );
    }

    private static string ServerNameOf(ZoneConfig zone, string host)
    {
        if (!IPAddress.TryParse(host, out _))
        {
            return host;
        }

        var asked = zone.Settings.OriginHostHeader?.Split(':')[0] ?? zone.Name;
        return ZoneName.IsHostName(asked) ? asked : host;
    }
}
