using System.Net;
using System.Text;
using Holdfast.Http.Messages;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Zones;

/// <summary>
/// Which zone serves a host. Immutable: a big base table that is rebuilt seldom, and a small overlay with what has changed since, so
/// that one zone's change costs little however many zones there are. A look-up is one pass over the host's bytes and one probe a label.
/// </summary>
internal sealed class ZoneMap
{
    // Where the overlay is merged into the base: a change copies at most this many entries, a merge is off the request path.
    private const int MostOverlay = 1024;

    // 253 bytes have at most 127 labels.
    private const int MostLabels = 127;

    private readonly NameTable _base;
    private readonly NameTable _overlay;
    private readonly ZoneRuntime? _catchAll;

    private ZoneMap(NameTable table, NameTable overlay, ZoneRuntime? catchAll, int count)
    {
        _base = table;
        _overlay = overlay;
        _catchAll = catchAll;
        Count = count;
    }

    /// <summary>No zones.</summary>
    public static ZoneMap Empty { get; } = new(NameTable.Empty, NameTable.Empty, null, 0);

    /// <summary>How many zones there are.</summary>
    public int Count { get; }

    /// <summary>The map with this zone in it, in the place of one with the same name.</summary>
    public ZoneMap With(ZoneRuntime zone) => Changed(zone.Config.Name, zone);

    /// <summary>The map without the zone of this name.</summary>
    public ZoneMap Without(string name) => Changed(name, null);

    /// <summary>The zone with exactly this name, or null.</summary>
    public ZoneRuntime? Named(string name)
    {
        if (name == ZoneName.CatchAll)
        {
            return _catchAll;
        }

        var wildcard = name.StartsWith("*.", StringComparison.Ordinal);
        var key = Encoding.ASCII.GetBytes(wildcard ? name[2..] : name);
        var entry = Get(key, NameTable.HashOf(key));
        return wildcard ? entry?.Below : entry?.Self;
    }

    /// <summary>
    /// The zone that serves a host: the one of that very name, else the one with the longest name above it (<c>*.name</c> before
    /// <c>name</c>), else the catch-all, else null.
    /// </summary>
    /// <param name="host">A Host as it came: any case, with or without port and trailing dot; checked by the codec.</param>
    public ZoneRuntime? Find(ReadOnlySpan<byte> host)
    {
        Syntax.SplitHost(host, out var name, out _);
        return FindName(name.Length > 2 && name[0] == '[' ? name[1..^1] : name);
    }

    /// <summary>The same for a name or address without port and brackets.</summary>
    public ZoneRuntime? FindName(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > ZoneName.MaxLength + 1)
        {
            return _catchAll;
        }

        if (name[^1] == '.')
        {
            name = name[..^1];
        }

        if (name.Contains((byte)':') || IsIPv4(name))
        {
            return FindAddress(name);
        }

        Span<byte> lower = stackalloc byte[ZoneName.MaxLength + 1];
        Ascii.ToLower(name, lower, out var length);
        lower = lower[..length];

        // Hashing from the end gives every suffix's hash on the way; each is kept where a label begins.
        Span<ulong> hashes = stackalloc ulong[MostLabels + 1];
        Span<byte> starts = stackalloc byte[MostLabels + 1];
        var labels = 0;
        var hash = NameTable.HashSeed;
        for (var i = lower.Length - 1; i >= 0; i--)
        {
            if (lower[i] == '.' && labels < MostLabels)
            {
                hashes[labels] = hash;
                starts[labels++] = (byte)(i + 1);
            }

            hash = NameTable.HashStep(hash, lower[i]);
        }

        var self = Get(lower, hash)?.Self;
        for (var i = labels - 1; self is null && i >= 0; i--)
        {
            var entry = Get(lower[starts[i]..], hashes[i]);
            self = entry?.Below ?? entry?.Self;
        }

        return self ?? _catchAll;
    }

    // An address has no names above it: 0.0.1 is not the parent of 127.0.0.1. IPv6 is looked up in its one canonical form (RFC 5952),
    // in which zones are named.
    private ZoneRuntime? FindAddress(ReadOnlySpan<byte> text)
    {
        Span<byte> canonical = stackalloc byte[64];
        if (!IPAddress.TryParse(text, out var address) || !address.TryFormat(canonical, out var length))
        {
            return _catchAll;
        }

        canonical = canonical[..length];
        return Get(canonical, NameTable.HashOf(canonical))?.Self ?? _catchAll;
    }

    private static bool IsIPv4(ReadOnlySpan<byte> name) =>
        name.Length is >= 7 and <= 15
        && char.IsAsciiDigit((char)name[^1])
        && name.Count((byte)'.') == 3
        && !name.ContainsAnyExcept("0123456789."u8)
        && IPAddress.IsValidUtf8(name);

    private NameEntry? Get(ReadOnlySpan<byte> name, ulong hash) => _overlay.Find(name, hash) ?? _base.Find(name, hash);

    private ZoneMap Changed(string name, ZoneRuntime? zone)
    {
        if (name == ZoneName.CatchAll)
        {
            return new ZoneMap(_base, _overlay, zone, Count + (zone is null ? 0 : 1) - (_catchAll is null ? 0 : 1));
        }

        var wildcard = name.StartsWith("*.", StringComparison.Ordinal);
        var key = Encoding.ASCII.GetBytes(wildcard ? name[2..] : name);
        var before = Get(key, NameTable.HashOf(key));
        var entry = wildcard ? new NameEntry(key, before?.Self, zone) : new NameEntry(key, zone, before?.Below);
        var existed = (wildcard ? before?.Below : before?.Self) is not null;
        var count = Count + (zone is null ? 0 : 1) - (existed ? 1 : 0);
        var overlay = _overlay.With(entry);
        return overlay.Count <= MostOverlay
            ? new ZoneMap(_base, overlay, _catchAll, count)
            : new ZoneMap(_base.Merged(overlay), NameTable.Empty, _catchAll, count);
    }
}
