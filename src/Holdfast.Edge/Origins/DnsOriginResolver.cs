using System.Net;
using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;

namespace Holdfast.Edge.Origins;

/// <summary>
/// Asks the machine's name servers, because only they say how long an answer holds; what they don't know (the hosts file, local
/// names) is asked of the system, and held for <see cref="SystemTimeToLive"/>.
/// </summary>
internal sealed class DnsOriginResolver : IOriginResolver
{
    /// <summary>How long an answer without a TTL of its own holds.</summary>
    public static readonly TimeSpan SystemTimeToLive = TimeSpan.FromSeconds(30);

    // A TTL of 0 would ask for every request; one of a day would outlive any move of an origin.
    private static readonly TimeSpan LeastTimeToLive = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostTimeToLive = TimeSpan.FromMinutes(5);

    // For one name server; the next is asked then. A request waits for 5 s in all.
    private static readonly TimeSpan QueryTimeout = TimeSpan.FromSeconds(2);

    private readonly LookupClient _dns;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _system;

    /// <summary>Asks this machine's name servers and this machine.</summary>
    public DnsOriginResolver()
        : this(Options(new LookupClientOptions(), QueryTimeout), Dns.GetHostAddressesAsync) { }

    /// <summary>Asks others.</summary>
    /// <param name="server">The name server.</param>
    /// <param name="timeout">How long it may take to answer.</param>
    /// <param name="system">The system's look-up; it throws <see cref="SocketException"/> where it knows nothing.</param>
    internal DnsOriginResolver(IPEndPoint server, TimeSpan timeout, Func<string, CancellationToken, Task<IPAddress[]>> system)
        : this(Options(new LookupClientOptions(server), timeout), system) { }

    private DnsOriginResolver(LookupClientOptions options, Func<string, CancellationToken, Task<IPAddress[]>> system) =>
        (_dns, _system) = (new LookupClient(options), system);

    /// <inheritdoc/>
    public async Task<ResolvedName> ResolveAsync(string name, CancellationToken cancellationToken)
    {
        // Names without a dot, and localhost, are the machine's own business.
        if (name.Contains('.') && !name.EndsWith(".localhost", StringComparison.Ordinal))
        {
            try
            {
                var four = _dns.QueryAsync(name, QueryType.A, cancellationToken: cancellationToken);
                var six = _dns.QueryAsync(name, QueryType.AAAA, cancellationToken: cancellationToken);
                await Task.WhenAll(four, six).ConfigureAwait(false);
                var records = (await four.ConfigureAwait(false)).Answers.Concat((await six.ConfigureAwait(false)).Answers).ToList();
                var addresses = records.OfType<AddressRecord>().Select(r => r.Address).ToList();
                if (addresses.Count > 0)
                {
                    var ttl = TimeSpan.FromSeconds(records.Min(r => r.InitialTimeToLive));
                    return new ResolvedName(
                        addresses,
                        ttl < LeastTimeToLive ? LeastTimeToLive
                            : ttl > MostTimeToLive ? MostTimeToLive
                            : ttl
                    );
                }
            }
            catch (DnsResponseException)
            {
                // No name server answered; the system may still know the name.
            }
        }

        try
        {
            var addresses = await _system(name, cancellationToken).ConfigureAwait(false);
            return addresses.Length > 0
                ? new ResolvedName([.. addresses.OrderBy(a => a.AddressFamily == AddressFamily.InterNetworkV6)], SystemTimeToLive)
                : throw new OriginNameException($"'{name}' has no address");
        }
        catch (SocketException e)
        {
            throw new OriginNameException($"'{name}' could not be resolved: {e.Message}", e);
        }
    }

    private static LookupClientOptions Options(LookupClientOptions options, TimeSpan timeout)
    {
        options.Timeout = timeout;
        options.Retries = 1;
        options.UseCache = false;
        options.ThrowDnsErrors = false;
        return options;
    }
}
