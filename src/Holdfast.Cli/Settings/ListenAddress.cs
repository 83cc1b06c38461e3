using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Holdfast.Cli.Settings;

/// <summary>The text forms of an address to listen on.</summary>
internal static class ListenAddress
{
    private const string Forms = "an address is PORT, :PORT, localhost:PORT, IPV4:PORT or [IPV6]:PORT, and port 0 picks a free one";

    /// <summary>
    /// Reads <c>8080</c>, <c>:8080</c>, <c>localhost:8080</c> (all three 127.0.0.1: nothing listens to the world unless its address is
    /// given), <c>192.0.2.1:8080</c> or <c>[2001:db8::1]:8080</c>.
    /// </summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="address">The address when the text is one.</param>
    /// <param name="error">Otherwise what was found and what is allowed, as one sentence.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPEndPoint? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        error = null;
        text = text.Trim();
        var colon = text.LastIndexOf(':');
        var (host, port) = colon < 0 ? ("", text) : (text[..colon], text[(colon + 1)..]);

        if (colon >= 0 && text.EndsWith(']'))
        {
            error = $"'{text}' has no port; write {text}:8080";
            return false;
        }

        if (colon < 0 && !text.All(char.IsAsciiDigit))
        {
            error = IPAddress.TryParse(text, out _) ? $"'{text}' has no port; write {text}:8080" : $"'{text}' is not an address; {Forms}";
            return false;
        }

        if (port.Length is 0 or > 5 || !port.All(char.IsAsciiDigit) || int.Parse(port, CultureInfo.InvariantCulture) > IPEndPoint.MaxPort)
        {
            error = $"'{text}' has no port between 0 and 65535; {Forms}";
            return false;
        }

        if (!TryParseHost(host, out var ip))
        {
            error = host.Contains(':')
                ? $"'{text}' is not an address; write an IPv6 address in brackets, [::1]:8080"
                : $"'{text}' is not an address; {Forms}";
            return false;
        }

        address = new IPEndPoint(ip, int.Parse(port, CultureInfo.InvariantCulture));
        return true;
    }

    private static bool TryParseHost(string host, [NotNullWhen(true)] out IPAddress? address)
    {
        if (host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            address = IPAddress.Loopback;
            return true;
        }

        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            return IPAddress.TryParse(host[1..^1], out address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        }

        // IPAddress reads '127.1' and '1' too; a listener's address is written in full or it is a slip.
        address = null;
        return host.Count(c => c == '.') == 3 && !host.Contains(':') && IPAddress.TryParse(host, out address);
    }
}
