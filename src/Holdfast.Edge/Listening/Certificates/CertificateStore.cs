using System.Collections.Immutable;
using System.Net;

namespace Holdfast.Edge.Listening.Certificates;

/// <summary>
/// The certificates that this edge serves: the zones' own, else what the local authority issues. Handshakes read one immutable snapshot, and
/// finish with the certificate that they began with; changes make a new snapshot and touch nothing else. Any thread may call it.
/// </summary>
/// <param name="authority">Issues for hosts without a certificate of their own.</param>
/// <param name="policyOf">What the zone that serves a host says, or null when no zone does. It is called once a handshake, and completes at once for a zone that was asked for lately.</param>
/// <param name="time">The clock.</param>
internal sealed class CertificateStore(LocalAuthority authority, Func<string, ValueTask<TlsPolicy?>> policyOf, TimeProvider time)
    : IServerCertificates
{
    /// <summary>The name on the certificate for hosts that belong to nobody: their visitors still get a page that says so.</summary>
    public const string DefaultName = "holdfast.local";

    private readonly Lock _change = new();
    private volatile Snapshot _snapshot = Snapshot.Empty;

    /// <summary>How many custom certificates there are.</summary>
    public int Count => _snapshot.ById.Count;

    /// <summary>Adds a custom certificate, or replaces the one with the same id.</summary>
    public void Put(CustomCertificate certificate)
    {
        lock (_change)
        {
            _snapshot = _snapshot.Without(certificate.Id).With(certificate);
        }
    }

    /// <summary>Removes a custom certificate.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(string id)
    {
        lock (_change)
        {
            var before = _snapshot;
            _snapshot = before.Without(id);
            return before != _snapshot;
        }
    }

    /// <inheritdoc/>
    public ValueTask<TlsChoice?> SelectAsync(string? sni, IPEndPoint local, KeyTypes accepted, CancellationToken cancellationToken)
    {
        var (name, isOurs) = sni is null ? (local.Address.ToString(), true) : (sni, sni == "localhost" || IsAddress(sni, local));
        var policy = policyOf(name);
        return policy.IsCompletedSuccessfully
            ? Select(name, isOurs, policy.Result, accepted, cancellationToken)
            : SelectWhenKnownAsync(name, isOurs, policy, accepted, cancellationToken);
    }

    private async ValueTask<TlsChoice?> SelectWhenKnownAsync(
        string name,
        bool isOurs,
        ValueTask<TlsPolicy?> policy,
        KeyTypes accepted,
        CancellationToken cancellationToken
    ) => await Select(name, isOurs, await policy.ConfigureAwait(false), accepted, cancellationToken).ConfigureAwait(false);

    private ValueTask<TlsChoice?> Select(
        string name,
        bool isOurs,
        TlsPolicy? policy,
        KeyTypes accepted,
        CancellationToken cancellationToken
    )
    {
        var snapshot = _snapshot;
        var offer = policy ?? new TlsPolicy("", TlsVersions.Both, Http2: true, Http3: true);
        var custom = policy is { } zone ? snapshot.Find(name, zone.ZoneId, accepted, time.GetUtcNow()) : null;
        if (custom is not null)
        {
            return new ValueTask<TlsChoice?>(ChoiceOf(custom, offer));
        }

        var issued = authority.IssueAsync(policy is not null || isOurs ? name : DefaultName, cancellationToken);
        return issued.IsCompletedSuccessfully ? new ValueTask<TlsChoice?>(ChoiceOf(issued.Result, offer)) : AwaitAsync(issued, offer);
    }

    private static async ValueTask<TlsChoice?> AwaitAsync(ValueTask<ServerCertificate> issued, TlsPolicy offer) =>
        ChoiceOf(await issued, offer);

    private static TlsChoice ChoiceOf(ServerCertificate certificate, TlsPolicy offer) =>
        new(certificate, offer.Versions, offer.Http2, offer.Http3);

    // An address is no host name (RFC 6066 section 3), but some clients send it all the same.
    private static bool IsAddress(string sni, IPEndPoint local) => IPAddress.TryParse(sni, out var named) && named.Equals(local.Address);

    /// <summary>All custom certificates, by id and by host.</summary>
    private sealed record Snapshot(
        ImmutableDictionary<string, CustomCertificate> ById,
        ImmutableDictionary<string, ImmutableArray<CustomCertificate>> ByHost
    )
    {
        public static readonly Snapshot Empty = new(
            ImmutableDictionary.Create<string, CustomCertificate>(StringComparer.Ordinal),
            ImmutableDictionary.Create<string, ImmutableArray<CustomCertificate>>(StringComparer.Ordinal)
        );

        public Snapshot With(CustomCertificate added)
        {
            var byHost = ByHost.ToBuilder();
            foreach (var host in added.Hosts)
            {
                byHost[host] = byHost.TryGetValue(host, out var others) ? others.Add(added) : [added];
            }

            return new Snapshot(ById.SetItem(added.Id, added), byHost.ToImmutable());
        }

        public Snapshot Without(string id)
        {
            if (!ById.TryGetValue(id, out var removed))
            {
                return this;
            }

            var byHost = ByHost.ToBuilder();
            foreach (var host in removed.Hosts)
            {
                var others = byHost.TryGetValue(host, out var all) ? all.Remove(removed) : [];
                if (others.IsEmpty)
                {
                    byHost.Remove(host);
                }
                else
                {
                    byHost[host] = others;
                }
            }

            return new Snapshot(ById.Remove(id), byHost.ToImmutable());
        }

        /// <summary>The best certificate for a host: of the exact name before the wildcard's, one that the client can check before others.</summary>
        public ServerCertificate? Find(string host, string zoneId, KeyTypes accepted, DateTimeOffset now)
        {
            if (ById.IsEmpty)
            {
                return null;
            }

            var exact = Best(host, zoneId, accepted, now);
            if (exact is not null && (exact.KeyType & accepted) != 0)
            {
                return exact;
            }

            var dot = host.IndexOf('.');
            var wildcard = dot > 0 ? Best(string.Concat("*", host.AsSpan(dot)), zoneId, accepted, now) : null;
            return wildcard is not null && (exact is null || (wildcard.KeyType & accepted) != 0) ? wildcard : exact;
        }

        private ServerCertificate? Best(string name, string zoneId, KeyTypes accepted, DateTimeOffset now)
        {
            if (!ByHost.TryGetValue(name, out var candidates))
            {
                return null;
            }

            CustomCertificate? best = null;
            foreach (var candidate in candidates)
            {
                if (candidate.ZoneId == zoneId && (best is null || Rank(candidate, accepted, now).CompareTo(Rank(best, accepted, now)) > 0))
                {
                    best = candidate;
                }
            }

            return best?.Certificate;
        }

        // What the client can check, then what is still valid, then what the owner prefers, then ECDSA (a tenth of RSA's work), then what
        // lasts longest.
        private static (bool, bool, int, bool, DateTimeOffset) Rank(CustomCertificate custom, KeyTypes accepted, DateTimeOffset now)
        {
            var certificate = custom.Certificate;
            return (
                (certificate.KeyType & accepted) != 0,
                certificate.NotAfter > now,
                custom.Priority,
                (certificate.KeyType & KeyTypes.Ecdsa) != 0,
                certificate.NotAfter
            );
        }
    }
}
