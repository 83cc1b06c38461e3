using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Status.Access;

/// <summary>Failures by address: after so many in a window the address has to wait until the window ends. Safe to use from several threads.</summary>
/// <param name="most">Failures that an address has in a window.</param>
/// <param name="window">How long a window is, from its first failure.</param>
/// <param name="time">The clock.</param>
internal sealed class Tries(int most, TimeSpan window, TimeProvider time)
{
    /// <summary>Addresses remembered; when there are more, all are forgotten, so that memory is bounded.</summary>
    private const int Addresses = 10_000;

    private readonly Lock turn = new();
    private readonly Dictionary<string, (DateTimeOffset From, int Count)> failures = [];

    /// <summary>Refuses an address that failed too often.</summary>
    /// <param name="context">The request.</param>
    /// <param name="what">What was tried: <c>wrong tokens</c>.</param>
    /// <exception cref="StatusProblem">429: it has to wait.</exception>
    public void Check(HttpContext context, string what)
    {
        lock (turn)
        {
            if (failures.TryGetValue(Key(context), out var failed) && failed.Count >= most && time.GetUtcNow() - failed.From < window)
            {
                throw new StatusProblem(429, $"too many {what} from this address; try again in a minute");
            }
        }
    }

    /// <summary>Counts a failure.</summary>
    public void Failed(HttpContext context)
    {
        lock (turn)
        {
            var now = time.GetUtcNow();
            var key = Key(context);
            if (failures.Count >= Addresses)
            {
                failures.Clear();
            }

            failures[key] =
                failures.TryGetValue(key, out var failed) && now - failed.From < window ? (failed.From, failed.Count + 1) : (now, 1);
        }
    }

    /// <summary>An IPv4 address, or the /64 of an IPv6 one: a household or a machine has a whole one.</summary>
    private static string Key(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address)
        {
            return "";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? new IPAddress([.. address.GetAddressBytes()[..8], 0, 0, 0, 0, 0, 0, 0, 0]).ToString()
            : address.ToString();
    }
}
