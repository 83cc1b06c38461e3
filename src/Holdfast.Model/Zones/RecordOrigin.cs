using System.Collections.Immutable;
using System.Net;

namespace Holdfast.Model.Zones;

/// <summary>Where one host of a zone is served from, as the zone's proxied DNS records say.</summary>
/// <param name="Name">The host, canonical: the zone's name, a name below it, or <c>*.</c> and one of these.</param>
/// <param name="Addresses">The servers' addresses, each tried in turn; empty when there is a target, or when the records lead nowhere.</param>
/// <param name="Target">The host name to resolve instead, or null.</param>
public sealed record RecordOrigin(string Name, ImmutableArray<IPAddress> Addresses, string? Target)
{
    /// <summary>Most hosts of one zone.</summary>
    public const int MostInZone = 3_500;

    /// <summary>Most addresses of one host: each may be tried before a visitor gets an answer.</summary>
    public const int MostAddresses = 32;

    /// <summary>Whether a server can have this address: not unspecified, not broadcast, multicast or reserved, not of one link alone.</summary>
    public static bool IsAddressAllowed(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        if (length == 16)
        {
            return !address.IsIPv6Multicast
                && !address.IsIPv6LinkLocal
                && !address.IsIPv4MappedToIPv6
                && !address.Equals(IPAddress.IPv6Any);
        }

        // 0.0.0.0/8 means this host, 224.0.0.0/4 is multicast, 240.0.0.0/4 reserved (RFC 6890).
        return bytes[0] is > 0 and < 224;
    }
}
