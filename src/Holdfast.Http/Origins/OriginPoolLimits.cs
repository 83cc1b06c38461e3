namespace Holdfast.Http.Origins;

/// <summary>Limits of the connections to origins.</summary>
public sealed record OriginPoolLimits
{
    /// <summary>Idle connections kept to one endpoint. Default 256: what a busy origin's keep-alive needs; each costs a socket there too.</summary>
    public int MaxIdle { get; init; } = 256;

    /// <summary>How long a connection may be idle. Default 50 s: below the 60 s after which most servers close, so that reuse seldom races.</summary>
    public TimeSpan MaxIdleTime { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>How long a connection may live. Default 10 min: then the name's address and the certificate are looked at anew.</summary>
    public TimeSpan MaxLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Time for connecting, over all addresses tried. Default 19 s, Cloudflare's limit for 522.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(19);

    /// <summary>Time for the TLS handshake. Default 15 s.</summary>
    public TimeSpan TlsTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Time in which an origin must take what is written. Default 30 s, Cloudflare's limit.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
