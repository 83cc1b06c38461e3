using System.Net;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Listening.Certificates;

/// <summary>Chooses the certificate of a TLS handshake.</summary>
internal interface IServerCertificates
{
    /// <summary>Chooses by host, or without one by the address that the visitor connected to.</summary>
    /// <param name="sni">The host in lower case without a trailing dot, or null.</param>
    /// <param name="local">What the visitor connected to.</param>
    /// <param name="accepted">The kinds of key that the client can check.</param>
    /// <param name="cancellationToken">The handshake's deadline.</param>
    /// <returns>The choice, or null when there is no certificate: the handshake is then refused.</returns>
    ValueTask<TlsChoice?> SelectAsync(string? sni, IPEndPoint local, KeyTypes accepted, CancellationToken cancellationToken);
}

/// <summary>What a handshake goes on with.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="Versions">The TLS versions to offer.</param>
/// <param name="Http2">Whether HTTP/2 may be offered.</param>
/// <param name="Http3">Whether HTTP/3 may be spoken.</param>
internal readonly record struct TlsChoice(ServerCertificate Certificate, TlsVersions Versions, bool Http2, bool Http3);

/// <summary>What a host's zone says about TLS.</summary>
/// <param name="ZoneId">The zone that serves the host; only its custom certificates are used for it.</param>
/// <param name="Versions">The TLS versions that it offers.</param>
/// <param name="Http2">Whether it is served over HTTP/2.</param>
/// <param name="Http3">Whether it is served over HTTP/3.</param>
internal readonly record struct TlsPolicy(string ZoneId, TlsVersions Versions, bool Http2, bool Http3)
{
    /// <summary>What these settings say.</summary>
    public static TlsPolicy Of(string zoneId, ZoneSettings settings) =>
        new(
            zoneId,
            settings.MinTlsVersion == MinTlsVersion.Tls13 ? TlsVersions.Only13
                : settings.Tls13 ? TlsVersions.Both
                : TlsVersions.Only12,
            settings.Http2,
            settings.Http3
        );
}

/// <summary>The TLS versions that a handshake offers.</summary>
internal enum TlsVersions
{
    /// <summary>1.2 and 1.3.</summary>
    Both,

    /// <summary>1.2 alone.</summary>
    Only12,

    /// <summary>1.3 alone.</summary>
    Only13,
}
