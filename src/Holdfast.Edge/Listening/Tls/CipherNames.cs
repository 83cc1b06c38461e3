using System.Net.Security;

namespace Holdfast.Edge.Listening.Tls;

/// <summary>
/// Cipher suites by the names that logs use: OpenSSL's up to TLS 1.2; those of TLS 1.3 with <c>AEAD-</c> in front, as BoringSSL and so
/// Cloudflare (<c>cf.tls_cipher</c>, <c>ClientSSLCipher</c>) call them.
/// </summary>
internal static class CipherNames
{
    /// <summary>The suite's name; of one that OpenSSL does not offer by default, its name in the standard.</summary>
    public static string Of(TlsCipherSuite suite) =>
        suite switch
        {
            TlsCipherSuite.TLS_AES_128_GCM_SHA256 => "AEAD-AES128-GCM-SHA256",
            TlsCipherSuite.TLS_AES_256_GCM_SHA384 => "AEAD-AES256-GCM-SHA384",
            TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256 => "AEAD-CHACHA20-POLY1305-SHA256",
            TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 => "ECDHE-ECDSA-AES128-GCM-SHA256",
            TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 => "ECDHE-ECDSA-AES256-GCM-SHA384",
            TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 => "ECDHE-ECDSA-CHACHA20-POLY1305",
            TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256 => "ECDHE-ECDSA-AES128-SHA256",
            TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384 => "ECDHE-ECDSA-AES256-SHA384",
            TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA => "ECDHE-ECDSA-AES128-SHA",
            TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA => "ECDHE-ECDSA-AES256-SHA",
            TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 => "ECDHE-RSA-AES128-GCM-SHA256",
            TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 => "ECDHE-RSA-AES256-GCM-SHA384",
            TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 => "ECDHE-RSA-CHACHA20-POLY1305",
            TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 => "ECDHE-RSA-AES128-SHA256",
            TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384 => "ECDHE-RSA-AES256-SHA384",
            TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA => "ECDHE-RSA-AES128-SHA",
            TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA => "ECDHE-RSA-AES256-SHA",
            TlsCipherSuite.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 => "DHE-RSA-AES128-GCM-SHA256",
            TlsCipherSuite.TLS_DHE_RSA_WITH_AES_256_GCM_SHA384 => "DHE-RSA-AES256-GCM-SHA384",
            TlsCipherSuite.TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256 => "DHE-RSA-CHACHA20-POLY1305",
            TlsCipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256 => "AES128-GCM-SHA256",
            TlsCipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384 => "AES256-GCM-SHA384",
            TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA256 => "AES128-SHA256",
            TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA256 => "AES256-SHA256",
            TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA => "AES128-SHA",
            TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA => "AES256-SHA",
            _ => suite.ToString(),
        };
}
