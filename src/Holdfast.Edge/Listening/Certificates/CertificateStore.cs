using System.Net;
using Holdfast.Edge.Zones;

namespace Holdfast.Edge.Listening.Certificates;

/// <summary>
/// The certificates that this edge serves: the zones' own, else what the local authority issues. All custom certificates are known by
/// their zone's key; those of zones that were asked for lately are in memory, the others are read from the disk when a handshake needs
/// them. Handshakes finish with the certificate that they began with. Any thread may select; the release loop alone adds, replaces and
/// removes.
/// </summary>
internal sealed class CertificateStore : IServerCertificates
{
    /// <summary>The name on the certificate for hosts that belong to nobody: their visitors still get a page that says so.</summary>
    public const string DefaultName = "holdfast.local";

    /// <summary>Most zones whose custom certificates are in memory, some 20 KB for each certificate with OpenSSL's context.</summary>
    public const int WarmZones = 4_000;

    private readonly LocalAuthority _authority;
    private readonly Func<string, ValueTask<TlsPolicy?>> _policyOf;
    private readonly ICertificateSource _source;
    private readonly TimeProvider _time;
    private readonly ZoneTable _table = new();
    private readonly WarmCertificates _warm;

    /// <param name="authority">Issues for hosts without a certificate of their own.</param>
    /// <param name="policyOf">What the zone that serves a host says, or null when no zone does. It is called once a handshake, and completes at once for a zone that was asked for lately.</param>
    /// <param name="source">Reads certificates.</param>
    /// <param name="time">The clock.</param>
    /// <param name="warmZones">See <see cref="WarmZones"/>.</param>
    public CertificateStore(
        LocalAuthority authority,
        Func<string, ValueTask<TlsPolicy?>> policyOf,
        ICertificateSource source,
        TimeProvider time,
        int warmZones = WarmZones
    )
    {
        _authority = authority;
        _policyOf = policyOf;
        _source = source;
        _time = time;
        _warm = new WarmCertificates(Read, warmZones, time);
    }

    /// <summary>How many custom certificates there are.</summary>
    public int Count => _table.Count;

    /// <summary>How many zones' certificates are in memory.</summary>
    public int WarmCount => _warm.Count;

    /// <summary>What a zone's certificates are found by. Two zones may have one key.</summary>
    public static ulong KeyOf(string zoneId) => ZoneKey.Of(zoneId);

    /// <summary>A custom certificate that lies on the disk.</summary>
    /// <param name="artifact">The artifact's number.</param>
    /// <param name="key">Its zone's key.</param>
    public void Add(int artifact, ulong key) => _table.Add(key, artifact);

    /// <summary>A new generation of a custom certificate, on the disk by now.</summary>
    /// <param name="artifact">The artifact's number.</param>
    /// <param name="before">The key that it had, or null when it is new.</param>
    /// <param name="certificate">The certificate.</param>
    public void Put(int artifact, ulong? before, CustomCertificate certificate)
    {
        var key = KeyOf(certificate.ZoneId);
        if (before != key)
        {
            _table.Add(key, artifact);
        }

        _warm.Change(key, known => known.With(certificate));
        if (before is { } old && old != key)
        {
            Remove(artifact, old, certificate.Id);
        }
    }

    /// <summary>Removes a custom certificate; one that is not there changes nothing.</summary>
    public void Remove(int artifact, ulong key, string id)
    {
        _table.Remove(key, artifact);
        _warm.Change(key, known => known.Without(id));
    }

    /// <inheritdoc/>
    public ValueTask<TlsChoice?> SelectAsync(string? sni, IPEndPoint local, KeyTypes accepted, CancellationToken cancellationToken)
    {
        var (name, isOurs) = sni is null ? (local.Address.ToString(), true) : (sni, sni == "localhost" || IsAddress(sni, local));
        var policy = _policyOf(name);
        if (policy.IsCompletedSuccessfully)
        {
            var known = CustomOf(policy.Result, cancellationToken);
            if (known.IsCompletedSuccessfully)
            {
                return Select(name, isOurs, policy.Result, known.Result, accepted, cancellationToken);
            }

            return SelectWhenKnownAsync(name, isOurs, policy.Result, known, accepted, cancellationToken);
        }

        return SelectWhenKnownAsync(name, isOurs, policy, accepted, cancellationToken);
    }

    private async ValueTask<TlsChoice?> SelectWhenKnownAsync(
        string name,
        bool isOurs,
        ValueTask<TlsPolicy?> policy,
        KeyTypes accepted,
        CancellationToken cancellationToken
    )
    {
        var said = await policy.ConfigureAwait(false);
        var known = CustomOf(said, cancellationToken);
        return await SelectWhenKnownAsync(name, isOurs, said, known, accepted, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<TlsChoice?> SelectWhenKnownAsync(
        string name,
        bool isOurs,
        TlsPolicy? policy,
        ValueTask<ZoneCertificates> custom,
        KeyTypes accepted,
        CancellationToken cancellationToken
    ) => await Select(name, isOurs, policy, await custom.ConfigureAwait(false), accepted, cancellationToken).ConfigureAwait(false);

    private ValueTask<ZoneCertificates> CustomOf(TlsPolicy? policy, CancellationToken cancellationToken)
    {
        if (policy is not { } zone || _table.Count == 0)
        {
            return new ValueTask<ZoneCertificates>(ZoneCertificates.None);
        }

        // Most zones have none of their own: the table knows without the disk.
        var key = KeyOf(zone.ZoneId);
        var probe = _table.At(key);
        return probe.TryNext(out _, out _)
            ? _warm.GetAsync(key, cancellationToken)
            : new ValueTask<ZoneCertificates>(ZoneCertificates.None);
    }

    private ZoneCertificates Read(ulong key)
    {
        var artifacts = new List<int>();
        var probe = _table.At(key);
        while (probe.TryNext(out var artifact, out _))
        {
            artifacts.Add(artifact);
        }

        var known = ZoneCertificates.None;
        foreach (var artifact in artifacts)
        {
            known = _source.Read(artifact) is { } certificate ? known.With(certificate) : known.InPart();
        }

        return known;
    }

    private ValueTask<TlsChoice?> Select(
        string name,
        bool isOurs,
        TlsPolicy? policy,
        ZoneCertificates known,
        KeyTypes accepted,
        CancellationToken cancellationToken
    )
    {
        var offer = policy ?? new TlsPolicy("", TlsVersions.Both, Http2: true, Http3: true);
        var custom = policy is { } zone ? known.Find(name, zone.ZoneId, accepted, _time.GetUtcNow()) : null;
        if (custom is not null)
        {
            return new ValueTask<TlsChoice?>(ChoiceOf(custom, offer));
        }

        var issued = _authority.IssueAsync(policy is not null || isOurs ? name : DefaultName, cancellationToken);
        return issued.IsCompletedSuccessfully ? new ValueTask<TlsChoice?>(ChoiceOf(issued.Result, offer)) : AwaitAsync(issued, offer);
    }

    private static async ValueTask<TlsChoice?> AwaitAsync(ValueTask<ServerCertificate> issued, TlsPolicy offer) =>
        ChoiceOf(await issued, offer);

    private static TlsChoice ChoiceOf(ServerCertificate certificate, TlsPolicy offer) =>
        new(certificate, offer.Versions, offer.Http2, offer.Http3);

    // An address is no host name (RFC 6066 section 3), but some clients send it all the same.
    private static bool IsAddress(string sni, IPEndPoint local) => IPAddress.TryParse(sni, out var named) && named.Equals(local.Address);
}
