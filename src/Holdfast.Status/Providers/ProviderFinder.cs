using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.Status.Providers;

/// <summary>
/// Says whose machines an origin stands on: by the ranges that providers publish, else by the origin's name, else by the network that its address
/// is in. For any thread.
/// </summary>
internal sealed class ProviderFinder(ProviderFiles files, NetworkNumbers networks)
{
    private const int MostRemembered = 20_000;

    private readonly ConcurrentDictionary<(string Host, IPAddress Address), OriginProvider> known = new();

    /// <summary>The provider of an origin.</summary>
    /// <param name="host">The name that it has, or its address as text.</param>
    /// <param name="address">The address that the edge reached it at.</param>
    public OriginProvider Of(string host, IPAddress address)
    {
        if (known.TryGetValue((host, address), out var provider))
        {
            return provider;
        }

        provider = Find(host, address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        if (known.Count < MostRemembered)
        {
            known[(host, address)] = provider;
        }

        return provider;
    }

    private OriginProvider Find(string host, IPAddress address)
    {
        if (files.Of(address) is { } published)
        {
            return published;
        }

        if (KnownProviders.OfName(host) is { } named)
        {
            return named;
        }

        if (IsPrivate(address))
        {
            return new OriginProvider(OriginProvider.Private, null, "Networks of your own", "private address");
        }

        if (networks.Of(address) is { } network)
        {
            var how = string.Create(CultureInfo.InvariantCulture, $"AS{network.Number}");
            return KnownProviders.OfNetwork(network.Number) is { } id
                ? new OriginProvider(id, null, KnownProviders.TitleOf(id), how)
                : new OriginProvider(how.ToLowerInvariant(), null, network.Name.Length > 0 ? network.Name : how, how);
        }

        return new OriginProvider(OriginProvider.Unknown, null, "Not known", "no range, name or network");
    }

    private static bool IsPrivate(IPAddress address)
    {
        if (IPAddress.IsLoopback(address))
        {
            return true;
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return address.IsIPv6UniqueLocal || address.IsIPv6LinkLocal;
        }

        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return bytes[0] == 10
            || (bytes[0] == 172 && bytes[1] is >= 16 and <= 31)
            || (bytes[0] == 192 && bytes[1] == 168)
            || (bytes[0] == 100 && bytes[1] is >= 64 and <= 127)
            || (bytes[0] == 169 && bytes[1] == 254);
    }
}
