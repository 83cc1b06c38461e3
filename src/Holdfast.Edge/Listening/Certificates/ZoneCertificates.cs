using System.Collections.Immutable;

namespace Holdfast.Edge.Listening.Certificates;

/// <summary>
/// The custom certificates that are found together, those of one zone, by id and by host. A change makes another one, in which the others'
/// certificates are the same objects.
/// </summary>
internal sealed class ZoneCertificates
{
    /// <summary>No certificates.</summary>
    public static readonly ZoneCertificates None = new(
        ImmutableDictionary.Create<string, CustomCertificate>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, ImmutableArray<CustomCertificate>>(StringComparer.Ordinal),
        isWhole: true
    );

    private readonly ImmutableDictionary<string, CustomCertificate> _byId;
    private readonly ImmutableDictionary<string, ImmutableArray<CustomCertificate>> _byHost;

    private ZoneCertificates(
        ImmutableDictionary<string, CustomCertificate> byId,
        ImmutableDictionary<string, ImmutableArray<CustomCertificate>> byHost,
        bool isWhole
    )
    {
        _byId = byId;
        _byHost = byHost;
        IsWhole = isWhole;
    }

    /// <summary>Whether all that there are could be read.</summary>
    public bool IsWhole { get; }

    /// <summary>The same, as far as they could be read.</summary>
    public ZoneCertificates InPart() => new(_byId, _byHost, isWhole: false);

    /// <summary>With one more, in the place of the one with its id.</summary>
    public ZoneCertificates With(CustomCertificate added)
    {
        var others = Without(added.Id);
        var byHost = others._byHost.ToBuilder();
        foreach (var host in added.Hosts)
        {
            byHost[host] = byHost.TryGetValue(host, out var known) ? known.Add(added) : [added];
        }

        return new ZoneCertificates(others._byId.SetItem(added.Id, added), byHost.ToImmutable(), IsWhole);
    }

    /// <summary>Without the one of this id.</summary>
    public ZoneCertificates Without(string id)
    {
        if (!_byId.TryGetValue(id, out var removed))
        {
            return this;
        }

        var byHost = _byHost.ToBuilder();
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

        return new ZoneCertificates(_byId.Remove(id), byHost.ToImmutable(), IsWhole);
    }

    /// <summary>The best certificate for a host: of the exact name before the wildcard's, one that the client can check before others.</summary>
    /// <param name="host">The host.</param>
    /// <param name="zoneId">The zone that serves it; certificates of another that are found with its own are not its.</param>
    /// <param name="accepted">What the client can check.</param>
    /// <param name="now">The time.</param>
    public ServerCertificate? Find(string host, string zoneId, KeyTypes accepted, DateTimeOffset now)
    {
        if (_byId.IsEmpty)
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
        if (!_byHost.TryGetValue(name, out var candidates))
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
