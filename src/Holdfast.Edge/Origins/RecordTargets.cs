using Holdfast.Model.Zones;

namespace Holdfast.Edge.Origins;

/// <summary>
/// The targets behind one proxied record. Which one serves a request is Cloudflare's rule: a visitor on HTTPS reaches the server on 443
/// when the zone's SSL mode is full or strict; everything else goes to 80.
/// </summary>
internal sealed class RecordTargets
{
    private readonly RecordOrigin _record;
    private readonly ZoneSettings _settings;
    private readonly TargetUses _uses;
    private readonly WildcardTargets? _perHost;
    private OriginTarget? _clear;
    private OriginTarget? _encrypted;

    /// <summary>Nothing is resolved or connected before the first request.</summary>
    public RecordTargets(RecordOrigin record, ZoneSettings settings, TargetUses uses)
    {
        _record = record;
        _settings = settings;
        _uses = uses;
        _perHost = record.Name.StartsWith('*') && settings.OriginHostHeader is null ? new WildcardTargets(uses, Encrypted) : null;
    }

    /// <summary>The target for a request, or null when the records lead nowhere.</summary>
    /// <param name="host">The visitor's host, lower case, without port.</param>
    /// <param name="https">Whether the visitor came by HTTPS.</param>
    public OriginTarget? For(ReadOnlySpan<byte> host, bool https)
    {
        if (_record.Target is null && _record.Addresses.IsEmpty)
        {
            return null;
        }

        if (!https || _settings.Ssl is not (SslMode.Full or SslMode.Strict))
        {
            return Volatile.Read(ref _clear) ?? Keep(ref _clear, Key(_uses.Ports.Http, serverName: null));
        }

        return _perHost?.Of(host) ?? Volatile.Read(ref _encrypted) ?? Keep(ref _encrypted, Encrypted(_record.Name));
    }

    // The name that the server is told and must have a certificate for is the one in the Host that it sees.
    private OriginTargetKey Encrypted(string host) => Key(_uses.Ports.Https, _settings.OriginHostHeader?.Split(':')[0] ?? host);

    private OriginTargetKey Key(int port, string? serverName)
    {
        var verify = serverName is not null && _settings.Ssl == SslMode.Strict;
        var http2 = serverName is not null && _settings.OriginMaxHttpVersion >= 2;
        return _record.Target is { } target
            ? new OriginTargetKey(target, port, serverName, verify, http2)
            : new OriginTargetKey(_record.Addresses[0].ToString(), port, serverName, verify, http2)
            {
                Addresses = _record.Addresses.Length > 1 ? new ServingAddresses(_record.Addresses) : null,
            };
    }

    private OriginTarget Keep(ref OriginTarget? place, OriginTargetKey key)
    {
        var target = _uses.Use(key);
        if (Interlocked.CompareExchange(ref place, target, null) is { } first)
        {
            _uses.Leave(target);
            return first;
        }

        return target;
    }
}
