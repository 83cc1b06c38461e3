using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Holdfast.Model.Addresses;

/// <summary>
/// How an address or a network is written wherever a user names some: <c>192.0.2.10</c>, <c>192.0.2.0/24</c>, <c>2001:db8::/32</c>.
/// Stricter than the framework, which reads <c>7</c> as 0.0.0.7 and <c>192.0.2.1/24</c> as 192.0.2.0/24: who writes that means
/// something else.
/// </summary>
public static class NetworkText
{
    /// <summary>What is taken, for an error's text.</summary>
    public const string Allowed = "an address or a network with no bits set behind its prefix, such as 192.0.2.10 or 2001:db8::/32";

    /// <summary>Reads one. An address becomes the network of it alone.</summary>
    /// <param name="text">What was written: an address in full, without a zone index and not an IPv4 address in IPv6's form; then, if need be, a slash and the prefix's length.</param>
    /// <param name="network">What it says.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out IPNetwork network)
    {
        network = default;
        if (text is null)
        {
            return false;
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var written = slash < 0 ? text : text[..slash];
        if (!IPAddress.TryParse(written, out var address) || !IsWhole(address, written))
        {
            return false;
        }

        if (slash < 0)
        {
            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            return true;
        }

        return IPNetwork.TryParse(text, out network) && network.BaseAddress.Equals(address);
    }

    private static bool IsWhole(IPAddress address, string written) =>
        written.Contains(':', StringComparison.Ordinal)
            ? address is { IsIPv4MappedToIPv6: false, ScopeId: 0 }
            : address.ToString() == written;
}
