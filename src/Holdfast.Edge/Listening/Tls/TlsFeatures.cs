using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Holdfast.Edge.Listening.Tls;

/// <summary>What Kestrel's HTTP/2 wants to know of the handshake: that there was one, its version, and the application protocol.</summary>
internal sealed class TlsFeatures(SslStream stream, string hostName)
    : ITlsConnectionFeature,
        ITlsHandshakeFeature,
        ITlsApplicationProtocolFeature
{
    /// <inheritdoc/>
    public X509Certificate2? ClientCertificate { get; set; }

    /// <inheritdoc/>
    public SslProtocols Protocol { get; } = stream.SslProtocol;

    /// <inheritdoc/>
    public TlsCipherSuite? NegotiatedCipherSuite { get; } = stream.NegotiatedCipherSuite;

    /// <inheritdoc/>
    public string HostName => hostName;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ApplicationProtocol { get; } = stream.NegotiatedApplicationProtocol.Protocol;

#pragma warning disable SYSLIB0058 // The interface still asks for these; they are derived from the suite, which says more.
    CipherAlgorithmType ITlsHandshakeFeature.CipherAlgorithm => stream.CipherAlgorithm;

    int ITlsHandshakeFeature.CipherStrength => stream.CipherStrength;

    HashAlgorithmType ITlsHandshakeFeature.HashAlgorithm => stream.HashAlgorithm;

    int ITlsHandshakeFeature.HashStrength => stream.HashStrength;

    ExchangeAlgorithmType ITlsHandshakeFeature.KeyExchangeAlgorithm => stream.KeyExchangeAlgorithm;

    int ITlsHandshakeFeature.KeyExchangeStrength => stream.KeyExchangeStrength;
#pragma warning restore SYSLIB0058

    /// <summary>No client certificate is asked for.</summary>
    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
}
