using System.Collections.Frozen;
using System.Text;
using Holdfast.Http.Messages;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Origins;

/// <summary>
/// Where a zone's requests go: the proxied record of exactly the host, else the wildcard record nearest above it, else the zone's
/// origin. A look-up allocates nothing.
/// </summary>
internal sealed class ZoneOrigins
{
    private readonly ZoneConfig _zone;
    private readonly TargetUses _uses;
    private readonly RoutedTargets _routed;
    private readonly OriginTarget? _otherwise;
    private readonly FrozenDictionary<byte[], RecordTargets>? _exact;

    // By the name below which the wildcard stands.
    private readonly FrozenDictionary<byte[], RecordTargets>? _below;

    // The same under the other settings that rules can give a request, by Place; made when a request first needs them.
    private readonly ZoneOrigins?[] _others;

    private ZoneOrigins(ZoneConfig zone, TargetUses uses, RoutedTargets routed, ZoneOrigins?[] others)
    {
        _zone = zone;
        _uses = uses;
        _routed = routed;
        _others = others;
        _otherwise = OriginTargetKey.Of(zone) is { } key ? _uses.Use(key) : null;
        _exact = Table(zone, wildcards: false);
        _below = Table(zone, wildcards: true);
    }

    /// <summary>Compiles a zone's origins; they are in use until <see cref="Leave"/>.</summary>
    public static ZoneOrigins Of(ZoneConfig zone, OriginTargets targets)
    {
        var uses = new TargetUses(targets);
        return new ZoneOrigins(zone, uses, new RoutedTargets(uses), new ZoneOrigins?[2 * Enum.GetValues<SslMode>().Length]);
    }

    /// <summary>The origins under the settings of a request, where rules may have other words than the zone on how they are spoken to.</summary>
    public ZoneOrigins Under(ZoneSettings settings)
    {
        var (ssl, version) = (settings.Ssl, settings.OriginMaxHttpVersion);
        if (ssl == _zone.Settings.Ssl && version == _zone.Settings.OriginMaxHttpVersion)
        {
            return this;
        }

        ref var other = ref _others[(2 * (int)ssl) + (version >= 2 ? 1 : 0)];
        return Volatile.Read(ref other)
            ?? Interlocked.CompareExchange(
                ref other,
                new ZoneOrigins(
                    _zone with
                    {
                        Settings = _zone.Settings with { Ssl = ssl, OriginMaxHttpVersion = version },
                    },
                    _uses,
                    _routed,
                    _others
                ),
                null
            )
            ?? other;
    }

    /// <summary>The target for a request, or null when nothing says where its host is served.</summary>
    /// <param name="host">The Host as it came, checked by the codec.</param>
    /// <param name="https">Whether the visitor came by HTTPS.</param>
    public OriginTarget? For(ReadOnlySpan<byte> host, bool https)
    {
        if (_exact is null && _below is null)
        {
            return _otherwise;
        }

        Syntax.SplitHost(host, out var name, out _);
        name = name.EndsWith((byte)'.') ? name[..^1] : name;
        if (name.Length > ZoneName.MaxLength)
        {
            return _otherwise;
        }

        Span<byte> lower = stackalloc byte[ZoneName.MaxLength];
        Ascii.ToLower(name, lower, out var length);
        lower = lower[..length];
        return Find(lower) is { } record ? record.For(lower, https) : _otherwise;
    }

    /// <summary>The target by a route that rules say.</summary>
    /// <param name="target">What <see cref="For"/> gave.</param>
    /// <param name="route">The route.</param>
    public OriginTarget By(OriginTarget target, OriginRoute route) => _routed.For(target, route);

    /// <summary>The zone is not kept any more; requests that are under way go on.</summary>
    public void Leave() => _uses.LeaveAll();

    private RecordTargets? Find(ReadOnlySpan<byte> name)
    {
        if (_exact is not null && _exact.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out var exact))
        {
            return exact;
        }

        if (_below is null)
        {
            return null;
        }

        var below = _below.GetAlternateLookup<ReadOnlySpan<byte>>();
        for (var dot = name.IndexOf((byte)'.'); dot >= 0; dot = name.IndexOf((byte)'.'))
        {
            name = name[(dot + 1)..];
            if (below.TryGetValue(name, out var wildcard))
            {
                return wildcard;
            }
        }

        return null;
    }

    private FrozenDictionary<byte[], RecordTargets>? Table(ZoneConfig zone, bool wildcards)
    {
        var records = zone.Records.Where(record => record.Name.StartsWith('*') == wildcards).ToList();
        return records.Count == 0
            ? null
            : records.ToFrozenDictionary(
                record => Encoding.ASCII.GetBytes(wildcards ? record.Name[2..] : record.Name),
                record => new RecordTargets(record, zone.Settings, _uses),
                HostNames.Comparer
            );
    }
}
