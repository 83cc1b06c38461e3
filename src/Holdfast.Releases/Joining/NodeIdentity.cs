using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Signing;
using Holdfast.Releases.Wire;

namespace Holdfast.Releases.Joining;

/// <summary>
/// An edge that has joined a control on another machine: its name, its own key, and the authority that control's certificate must be
/// of. The key never leaves the edge; control knows its public half (<see cref="KeyHash"/>). Safe to use from several threads.
/// </summary>
public sealed class NodeIdentity : IDisposable
{
    private NodeIdentity(string name, X509Certificate2 certificate, X509Certificate2 authority)
    {
        Name = name;
        Certificate = certificate;
        Authority = authority;
    }

    /// <summary>The node's name, given by control.</summary>
    public string Name { get; }

    /// <summary>The node's certificate with its key, signed by itself: control looks at the key alone.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Control's authority.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>SHA-256 of a certificate (DER) in lower-case hexadecimal digits.</summary>
    public static string FingerprintOf(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));

    /// <summary>What control knows a node's key by: SHA-256 of its public half (SubjectPublicKeyInfo).</summary>
    public static byte[] KeyHash(X509Certificate2 certificate) => SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());

    /// <summary>The identity that this data directory has, or null when it has joined no control.</summary>
    /// <exception cref="KeyFileException">What it has is damaged or open to others.</exception>
    public static NodeIdentity? Load(KeyDirectory keys)
    {
        if (!File.Exists(keys.NodeFile))
        {
            return null;
        }

        try
        {
            var record = JsonSerializer.Deserialize(KeyFile.Read(keys.NodeFile), WireJson.Default.NodeRecord);
            return new NodeIdentity(record!.Node, CertificateOf(keys), X509Certificate2.CreateFromPem(record.Authority));
        }
        catch (Exception e) when (e is JsonException or CryptographicException or NullReferenceException)
        {
            throw new KeyFileException(
                keys.NodeFile,
                "it is damaged; put it back from a backup, or remove it and join with a new token",
                e
            );
        }
    }

    /// <summary>The certificate that this data directory's node joins with; its key is made when it is missing.</summary>
    /// <exception cref="KeyFileException">The key is damaged, open to others, or cannot be made.</exception>
    public static X509Certificate2 CertificateOf(KeyDirectory keys)
    {
        var pem = Encoding.ASCII.GetString(KeyFile.ReadOrCreate(keys.NodeKeyFile, SigningKey.NewPem));
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new KeyFileException(keys.NodeKeyFile, "it is not a private key in PEM form; remove it and join with a new token", e);
        }

        // Made anew at each start: nothing in it counts but the key, and a date in it would be one more thing that can go wrong.
        var request = new CertificateRequest("CN=Holdfast node", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(129));
    }

    /// <summary>Notes that the data directory's node has joined: from now on <see cref="Load"/> finds it.</summary>
    /// <exception cref="KeyFileException">It cannot be written.</exception>
    internal static void Save(KeyDirectory keys, string name, X509Certificate2 authority) =>
        KeyFile.Replace(
            keys.NodeFile,
            JsonSerializer.SerializeToUtf8Bytes(
                new NodeRecord { Node = name, Authority = authority.ExportCertificatePem() },
                WireJson.Default.NodeRecord
            )
        );

    /// <summary>Lets go of the key.</summary>
    public void Dispose()
    {
        Certificate.Dispose();
        Authority.Dispose();
    }
}
