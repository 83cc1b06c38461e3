using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Releases.Feed;

namespace Holdfast.Releases.Joining;

/// <summary>TLS between an edge and a control on another machine.</summary>
public static class ControlTls
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>A client that speaks to the control of this authority and to nobody else.</summary>
    /// <param name="own">The node's certificate; it stays the caller's, and must outlive the client.</param>
    /// <param name="authority">Control's authority; the same.</param>
    public static HttpClient CreateClient(X509Certificate2 own, X509Certificate2 authority) =>
        HttpReleaseFeed.CreateClient(Options(own, presented => IsOf(authority, presented)));

    /// <summary>A client that speaks to whoever answers. It must be sent no secret, and what it gives is not believed.</summary>
    internal static HttpClient CreateTrustingClient() => HttpReleaseFeed.CreateClient(Options(null, static _ => true));

    /// <summary>
    /// Whether a certificate is control's: issued by this authority for a server. Names do not matter, because the authority vouches for
    /// one control alone, however it is reached. Dates do not either: a clock that jumps must not part the edges from control.
    /// </summary>
    internal static bool IsOf(X509Certificate2 authority, X509Certificate2 presented)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        return chain.Build(presented);
    }

    private static SslClientAuthenticationOptions Options(X509Certificate2? own, Func<X509Certificate2, bool> isRight) =>
        new()
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            LocalCertificateSelectionCallback = own is null ? null : (_, _, _, _, _) => own,
            RemoteCertificateValidationCallback = (_, presented, _, _) =>
            {
                using var copy = presented is null ? null : new X509Certificate2(presented);
                return copy is not null && isRight(copy);
            },
        };
}
