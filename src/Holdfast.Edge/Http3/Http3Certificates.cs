using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using Holdfast.Edge.Listening.Certificates;
using Holdfast.Edge.Listening.Hello;

namespace Holdfast.Edge.Http3;

/// <summary>What a QUIC handshake goes on with: the certificate that a TLS handshake for the same name would get.</summary>
/// <param name="certificates">Where certificates come from.</param>
internal sealed class Http3Certificates(IServerCertificates certificates)
{
    /// <summary>Chooses. QUIC has TLS 1.3 and no other (RFC 9001 section 4.2).</summary>
    /// <param name="serverName">The name in the client hello as it was sent; empty when there was none.</param>
    /// <param name="local">Where the visitor's packets came to.</param>
    /// <param name="cancellationToken">The handshake's deadline.</param>
    /// <exception cref="AuthenticationException">There is no certificate, or the name's zone offers neither HTTP/3 nor TLS 1.3: the handshake is refused.</exception>
    public async ValueTask<SslServerAuthenticationOptions> ChooseAsync(
        string serverName,
        IPEndPoint local,
        CancellationToken cancellationToken
    )
    {
        var choice = await certificates
            .SelectAsync(HelloSummary.HostName(Encoding.ASCII.GetBytes(serverName)), local, KeyTypes.All, cancellationToken)
            .ConfigureAwait(false);
        return choice switch
        {
            null => throw new AuthenticationException("There is no certificate for this name."),
            { Http3: false } or { Versions: TlsVersions.Only12 } => throw new AuthenticationException("The zone does not offer HTTP/3."),
            { } chosen => chosen.Certificate.QuicOptions,
        };
    }
}
