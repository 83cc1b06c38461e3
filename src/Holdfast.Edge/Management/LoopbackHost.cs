using System.Net;

namespace Holdfast.Edge.Management;

/// <summary>
/// Tells the listener's own names from others. A web page that has its name resolve to a loopback address (DNS rebinding) can make a
/// browser send requests here, but only under that name.
/// </summary>
internal static class LoopbackHost
{
    /// <summary>Whether a Host field's name (without port) is a loopback name or address, or the address that the connection came to.</summary>
    public static bool IsOwn(string? host, IPAddress? local)
    {
        if (string.IsNullOrEmpty(host))
        {
            return false;
        }

        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        return IPAddress.TryParse(host.Trim('[', ']'), out var address)
            && (IPAddress.IsLoopback(address) || (local is not null && Plain(address).Equals(Plain(local))));
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
