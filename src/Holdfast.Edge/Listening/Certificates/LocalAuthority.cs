using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Listening.Certificates;

/// <summary>
/// The authority that this installation makes for itself, so that every host has a certificate from the first second: an ECDSA P-256
/// authority of ten years that issues ECDSA P-256 certificates of 90 days for one name or address each. Any thread may call it.
/// </summary>
internal sealed partial class LocalAuthority
{
    /// <summary>The authority's validity: longer than the machines it is installed on live.</summary>
    public static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650);

    /// <summary>A certificate's validity, as public authorities have it; it is replaced when two thirds are over.</summary>
    public static readonly TimeSpan LeafLifetime = TimeSpan.FromDays(90);

    /// <summary>Most certificates held in memory (some 10 KB each with OpenSSL's context); those asked for longest ago are made again.</summary>
    public const int CachedLeaves = 1_000;

    // Clocks of visitors that are a little slow must not make a fresh certificate one of the future.
    private static readonly TimeSpan Backdating = TimeSpan.FromHours(1);

    private readonly X509Certificate2 _authority;
    private readonly X509SignatureGenerator _signer;
    private readonly TimeProvider _time;
    private readonly SingleFlightCache<ServerCertificate> _leaves = new(CachedLeaves);

    private LocalAuthority(X509Certificate2 authority, bool isPersistent, TimeProvider time)
    {
        _authority = authority;
        _signer = X509SignatureGenerator.CreateForECDsa(authority.GetECDsaPrivateKey()!);
        _time = time;
        IsPersistent = isPersistent;
        CertificatePem = authority.ExportCertificatePem();
    }

    /// <summary>Whether the authority is on disk; if not, it ends with the process.</summary>
    public bool IsPersistent { get; }

    /// <summary>The authority's certificate for those who are to trust it, as PEM.</summary>
    public string CertificatePem { get; }

    /// <summary>
    /// Loads the authority from the data directory, or makes it there. Where that fails (read-only, no space, unreadable files) it goes on
    /// with one in memory and says so once: visitors must be served, and what is on disk is left alone.
    /// </summary>
    public static LocalAuthority Open(string dataDirectory, TimeProvider time, ILogger<LocalAuthority> logger)
    {
        try
        {
            var loaded = LocalAuthorityFiles.LoadOrCreate(dataDirectory, key => CreateAuthority(key, time));
            return loaded.NotAfter > time.GetUtcNow()
                ? new LocalAuthority(loaded, isPersistent: true, time)
                : throw new CryptographicException($"{LocalAuthorityFiles.CertificatePath} has expired");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            LogInMemory(logger, dataDirectory, e.Message);
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return new LocalAuthority(CreateAuthority(key, time).CopyWithPrivateKey(key), isPersistent: false, time);
        }
    }

    /// <summary>The certificate for a host name or an address: from memory, or issued now.</summary>
    /// <param name="name">A host name in lower case, or an address as <see cref="IPAddress.ToString"/> writes it.</param>
    /// <param name="cancellationToken">Ends the waiting for somebody else's issuing.</param>
    public ValueTask<ServerCertificate> IssueAsync(string name, CancellationToken cancellationToken) =>
        _leaves.GetAsync(
            name,
            static (authority, certificate) => authority._time.GetUtcNow() < certificate.NotAfter - (LeafLifetime / 3),
            static (authority, wanted) => authority.Issue(wanted),
            this,
            cancellationToken
        );

    private static X509Certificate2 CreateAuthority(ECDsa key, TimeProvider time)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddOrganizationName("Holdfast");
        // Every installation has another name: a browser that trusts two must be able to tell them apart.
        subject.AddCommonName($"Holdfast local authority {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        // What it may sign is narrowed as far as it can be: servers only, and no authority below it. Which names is not known beforehand.
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority(pathLengthConstraint: 0));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true)
        );
        request.CertificateExtensions.Add(ServerAuthentication());
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = time.GetUtcNow();
        // Created, not self-signed: the caller holds the key, and the result is the certificate alone.
        return request.Create(
            request.SubjectName,
            X509SignatureGenerator.CreateForECDsa(key),
            now - Backdating,
            now + AuthorityLifetime,
            SerialNumber()
        );
    }

    private ServerCertificate Issue(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        var isShort = name.Length <= 64; // RFC 5280's upper bound of a common name; the alternative name is what counts
        subject.AddCommonName(isShort ? name : "Holdfast");
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(ServerAuthentication());
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_authority, includeKeyIdentifier: true, includeIssuerAndSerial: false)
        );
        var now = _time.GetUtcNow();
        using var certificate = request.Create(_authority.SubjectName, _signer, now - Backdating, now + LeafLifetime, SerialNumber());
        return new ServerCertificate(certificate.CopyWithPrivateKey(key), []);
    }

    private static X509EnhancedKeyUsageExtension ServerAuthentication() => new([new Oid("1.3.6.1.5.5.7.3.1")], critical: false);

    // 127 random bits, positive (RFC 5280 section 4.1.2.2).
    private static byte[] SerialNumber()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }

    [LoggerMessage(
        2101,
        LogLevel.Error,
        "The local certificate authority in {DataDirectory} can't be used: {Reason}. One in memory is used until the next start; visitors who trust the one on disk will be warned."
    )]
    private static partial void LogInMemory(ILogger logger, string dataDirectory, string reason);
}
