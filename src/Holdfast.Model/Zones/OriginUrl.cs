using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Model.Zones;

/// <summary>
/// Where an origin is: scheme, host and port. It has no path: the visitor's path reaches the origin unchanged.
/// </summary>
public sealed record OriginUrl
{
    private OriginUrl(OriginScheme scheme, string host, int port)
    {
        Scheme = scheme;
        Host = host;
        Port = port;
    }

    /// <summary>What is spoken to the origin.</summary>
    public OriginScheme Scheme { get; }

    /// <summary>A host name in ASCII, or an address; an IPv6 address without brackets.</summary>
    public string Host { get; }

    /// <summary>1 to 65,535.</summary>
    public int Port { get; }

    /// <summary>Reads <c>http://host[:port]</c>, <c>https://host[:port]</c> or <c>h2c://host[:port]</c>.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="origin">The origin when the text is one.</param>
    /// <param name="error">Otherwise what was found and what is allowed, as one sentence.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out OriginUrl? origin, [NotNullWhen(false)] out string? error)
    {
        origin = null;
        if (string.IsNullOrWhiteSpace(text) || text.Length > 2048 || !Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            error = $"'{Shorten(text)}' is not a URL; an origin is http://HOST[:PORT], https://HOST[:PORT] or h2c://HOST[:PORT]";
            return false;
        }

        OriginScheme? scheme = uri.Scheme switch
        {
            "http" => OriginScheme.Http,
            "https" => OriginScheme.Https,
            "h2c" => OriginScheme.H2c,
            _ => null,
        };
        if (scheme is null)
        {
            error = $"'{uri.Scheme}' is not a scheme that an origin can have; it is http, https or h2c";
            return false;
        }

        if (uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.AbsolutePath is not ("" or "/"))
        {
            error = $"'{Shorten(text)}' has more than scheme, host and port; the visitor's own path and query reach the origin";
            return false;
        }

        var host = uri.IdnHost.Trim('[', ']');
        if (host.Length == 0 || (uri.HostNameType is not (UriHostNameType.IPv4 or UriHostNameType.IPv6) && !ZoneName.IsHostName(host)))
        {
            error = $"'{Shorten(uri.Host)}' is not a host name or an address";
            return false;
        }

        var port =
            uri.Port > 0 ? uri.Port
            : scheme == OriginScheme.Https ? 443
            : 80;
        origin = new OriginUrl(scheme.Value, host.ToLowerInvariant(), port);
        error = null;
        return true;
    }

    /// <summary>Reads an origin that is known to be well-formed.</summary>
    /// <exception cref="FormatException">It is not; the message says why.</exception>
    public static OriginUrl Parse(string text) => TryParse(text, out var origin, out var error) ? origin : throw new FormatException(error);

    /// <summary>The URL in its canonical form; the port is left out when it is the scheme's own.</summary>
    public override string ToString()
    {
        var host = Host.Contains(':') ? $"[{Host}]" : Host;
        var scheme = Scheme.ToString().ToLowerInvariant();
        return Port == (Scheme == OriginScheme.Https ? 443 : 80) ? $"{scheme}://{host}" : $"{scheme}://{host}:{Port}";
    }

    private static string Shorten(string? text) =>
        text is null ? ""
        : text.Length <= 80 ? text
        : text[..77] + "...";
}

/// <summary>What is spoken to an origin.</summary>
public enum OriginScheme
{
    /// <summary>HTTP/1.1 in the clear.</summary>
    Http,

    /// <summary>HTTP over TLS.</summary>
    Https,

    /// <summary>HTTP/2 in the clear, with prior knowledge (RFC 9113 section 3.3).</summary>
    H2c,
}
