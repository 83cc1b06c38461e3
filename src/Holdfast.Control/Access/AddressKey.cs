using System.Net;
using System.Net.Sockets;

namespace Holdfast.Control.Access;

/// <summary>
/// Who fails together: an IPv4 address, or the /64 of an IPv6 address, because whoever has one address of a /64 has all of them
/// (RFC 6177).
/// </summary>
internal static class AddressKey
{
    private const int PrefixBytes = 8;

    public static string Of(IPAddress? address) =>
        address switch
        {
            null => "unknown",
            { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
            { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, PrefixBytes)),
            _ => address.ToString(),
        };
}
