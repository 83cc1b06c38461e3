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
/// <param name="MinVersion">The lowest TLS version to offer.</param>
internal readonly record struct TlsChoice(ServerCertificate Certificate, MinTlsVersion MinVersion);

/// <summary>What a host's zone says about TLS.</summary>
/// <param name="ZoneId">The zone that serves the host; only its custom certificates are used for it.</param>
/// <param name="MinVersion">The lowest TLS version it offers.</param>
internal readonly record struct TlsPolicy(string ZoneId, MinTlsVersion MinVersion);
