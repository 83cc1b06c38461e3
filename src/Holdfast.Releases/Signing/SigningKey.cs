using System.Security.Cryptography;
using System.Text;
using Holdfast.Releases.Keys;

namespace Holdfast.Releases.Signing;

/// <summary>The private key that control signs releases with: ECDSA over P-256. Safe to use from several threads.</summary>
public sealed class SigningKey : IDisposable
{
    private readonly ECDsa _key;
    private readonly Lock _gate = new();

    private SigningKey(ECDsa key)
    {
        _key = key;
        Id = IdOf(key);
    }

    /// <summary>The key's name in releases: the first 32 hexadecimal digits of SHA-256 over its public half (SubjectPublicKeyInfo).</summary>
    public string Id { get; }

    /// <summary>The key in this file (PKCS#8 PEM, mode 0600), made when it is missing.</summary>
    /// <exception cref="KeyFileException">The file is damaged, open to others, no P-256 key, or cannot be made.</exception>
    public static SigningKey LoadOrCreate(string path)
    {
        var pem = Encoding.ASCII.GetString(KeyFile.ReadOrCreate(path, NewPem));
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (!IsP256(key))
            {
                throw new KeyFileException(path, $"it is a key of {key.KeySize} bits; releases are signed with P-256");
            }

            return new SigningKey(key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new KeyFileException(path, "it is not a private key in PEM form; put the right file back from a backup", e);
        }
        catch (KeyFileException)
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Puts the public half into a directory of trusted keys, as <c>ID.pub</c>, unless it is there.</summary>
    /// <exception cref="KeyFileException">The file cannot be made.</exception>
    public void Trust(string trustedDirectory) =>
        KeyFile.TryCreate(Path.Combine(trustedDirectory, Id + ".pub"), Encoding.ASCII.GetBytes(PublicPem() + "\n"));

    /// <summary>The public half as PEM.</summary>
    public string PublicPem() => _key.ExportSubjectPublicKeyInfoPem();

    /// <summary>Signs; the signature is 64 bytes in IEEE P1363 form.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            return _key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    /// <summary>Lets go of the key.</summary>
    public void Dispose() => _key.Dispose();

    internal static string IdOf(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..32];

    internal static bool IsP256(ECDsa key) => key.ExportParameters(false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value;

    /// <summary>A new private key, PKCS#8 PEM.</summary>
    internal static byte[] NewPem()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n");
    }
}
