using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Edge.Listening.Certificates;

/// <summary>
/// A certificate with its chain and key, ready for handshakes. Its context and options are made once and shared by all handshakes and across
/// reloads, because .NET ties session resumption to them.
/// </summary>
internal sealed class ServerCertificate
{
    private static readonly List<SslApplicationProtocol> Http1 = [SslApplicationProtocol.Http11];
    private static readonly List<SslApplicationProtocol> Http2AndHttp1 = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];

    private static readonly List<SslApplicationProtocol> Http3 = [SslApplicationProtocol.Http3];

    private readonly SslStreamCertificateContext _context;
    private readonly SslServerAuthenticationOptions?[] _options = new SslServerAuthenticationOptions?[6];

    /// <param name="leaf">The certificate, with its private key.</param>
    /// <param name="intermediates">The rest of the chain, in any order; a root among them is not sent.</param>
    /// <exception cref="NotSupportedException">The key is neither RSA nor ECDSA on a NIST curve.</exception>
    public ServerCertificate(X509Certificate2 leaf, X509Certificate2Collection intermediates)
    {
        Leaf = leaf;
        KeyType = TypeOf(leaf);
        // Offline: neither intermediates nor OCSP answers are fetched, so that nothing outside decides how long this takes.
        _context = SslStreamCertificateContext.Create(leaf, intermediates, offline: true);
        QuicOptions = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _context,
            ApplicationProtocols = Http3,
            EnabledSslProtocols = SslProtocols.Tls13,
            ClientCertificateRequired = false,
        };
    }

    /// <summary>The certificate itself.</summary>
    public X509Certificate2 Leaf { get; }

    /// <summary>Exactly one kind of key.</summary>
    public KeyTypes KeyType { get; }

    /// <summary>End of validity.</summary>
    public DateTimeOffset NotAfter => Leaf.NotAfter;

    /// <summary>What a QUIC handshake with this certificate runs on. It must not be changed.</summary>
    public SslServerAuthenticationOptions QuicOptions { get; }

    /// <summary>What a handshake with this certificate runs on; the same instance for the same arguments. It must not be changed.</summary>
    /// <param name="versions">The versions offered.</param>
    /// <param name="http2">Whether HTTP/2 is offered beside HTTP/1.1.</param>
    public SslServerAuthenticationOptions Options(TlsVersions versions, bool http2)
    {
        ref var slot = ref _options[((int)versions * 2) + (http2 ? 1 : 0)];
        return Volatile.Read(ref slot) ?? Interlocked.CompareExchange(ref slot, Create(versions, http2), null) ?? slot;
    }

    private SslServerAuthenticationOptions Create(TlsVersions versions, bool http2) =>
        new()
        {
            ServerCertificateContext = _context,
            EnabledSslProtocols = versions switch
            {
                TlsVersions.Only12 => SslProtocols.Tls12,
                TlsVersions.Only13 => SslProtocols.Tls13,
                _ => SslProtocols.Tls12 | SslProtocols.Tls13,
            },
            ApplicationProtocols = http2 ? Http2AndHttp1 : Http1,
            AllowRenegotiation = false,
            AllowTlsResume = true,
            ClientCertificateRequired = false,
            // No CipherSuitesPolicy: with one .NET makes a new context for each connection, and nothing resumes.
            EncryptionPolicy = EncryptionPolicy.RequireEncryption,
        };

    private static KeyTypes TypeOf(X509Certificate2 leaf)
    {
        if (leaf.GetRSAPublicKey() is { } rsa)
        {
            rsa.Dispose();
            return KeyTypes.Rsa;
        }

        using var ecdsa = leaf.GetECDsaPublicKey();
        return ecdsa?.ExportParameters(false).Curve.Oid.Value switch
        {
            "1.2.840.10045.3.1.7" => KeyTypes.EcdsaP256,
            "1.3.132.0.34" => KeyTypes.EcdsaP384,
            "1.3.132.0.35" => KeyTypes.EcdsaP521,
            _ => throw new NotSupportedException("The key is neither RSA nor ECDSA on P-256, P-384 or P-521."),
        };
    }
}
