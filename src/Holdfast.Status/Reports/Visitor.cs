using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Status.Reports;

/// <summary>
/// Who reports, as far as it has to be known: the prefix of the address that stands for a person (IPv4 /24, IPv6 /56) and the one that
/// stands for a network (/16, /32). Neither is ever written down, only keyed hashes whose key is forgotten with the day.
/// </summary>
internal readonly struct Visitor
{
    private readonly byte[] bytes;

    /// <summary>The visitor at an address.</summary>
    public Visitor(IPAddress address)
    {
        Address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        bytes = Address.GetAddressBytes();
    }

    /// <summary>The address; for the country, and for nothing that is kept.</summary>
    public IPAddress Address { get; }

    /// <summary>The person's prefix.</summary>
    public ReadOnlySpan<byte> Person => bytes.AsSpan(0, Address.AddressFamily == AddressFamily.InterNetwork ? 3 : 7);

    /// <summary>The network's prefix.</summary>
    public ReadOnlySpan<byte> Network => bytes.AsSpan(0, Address.AddressFamily == AddressFamily.InterNetwork ? 2 : 4);

    /// <summary>The network as a number, for limits that are in memory for an hour at most.</summary>
    public long NetworkKey
    {
        get
        {
            long key = Network.Length;
            foreach (var part in Network)
            {
                key = (key << 8) | part;
            }

            return key;
        }
    }

    /// <summary>The person as a number that means something only with the day's salt, and for this service.</summary>
    public long PersonOf(string service, ReadOnlySpan<byte> salt) => Hash(salt, 'p', service, Person);

    /// <summary>The network as a number that means something only with the day's salt.</summary>
    public long NetworkOf(ReadOnlySpan<byte> salt) => Hash(salt, 'n', "", Network) & uint.MaxValue;

    /// <summary>
    /// Whose request it is: the peer, or whom trusted proxies name in <c>X-Forwarded-For</c>, read from its end as far as they are trusted.
    /// </summary>
    public static Visitor Of(HttpContext context, IReadOnlyList<IPNetwork> proxies)
    {
        var address = Plain(context.Connection.RemoteIpAddress ?? IPAddress.None);
        var named = context.Request.Headers["X-Forwarded-For"].ToString().Split(',', StringSplitOptions.TrimEntries);

        // Some proxies write the port too.
        for (var i = named.Length - 1; i >= 0 && IsProxy(address, proxies) && IPEndPoint.TryParse(named[i], out var before); i--)
        {
            address = Plain(before.Address);
        }

        return new Visitor(address);
    }

    private static bool IsProxy(IPAddress address, IReadOnlyList<IPNetwork> proxies) => proxies.Any(network => network.Contains(address));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static long Hash(ReadOnlySpan<byte> salt, char purpose, string service, ReadOnlySpan<byte> prefix)
    {
        Span<byte> text = stackalloc byte[64];
        text[0] = (byte)purpose;
        var length = 1 + Encoding.UTF8.GetBytes(service, text[1..]);
        text[length++] = (byte)prefix.Length;
        prefix.CopyTo(text[length..]);
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(salt, text[..(length + prefix.Length)], hash);
        return BitConverter.ToInt64(hash);
    }
}
