using System.Security.Cryptography;
using Holdfast.Releases.Keys;

namespace Holdfast.Releases.Joining;

/// <summary>
/// Seals a secret for whoever has one private key: an ephemeral ECDH over P-256, HKDF with SHA-256 (RFC 5869), then a
/// <see cref="SecretBox"/>. What is sealed is the ephemeral public half (91 bytes) and the box. TLS hides the answer on its way; this hides
/// it from everything that sees inside TLS, such as a log of answers.
/// </summary>
public static class JoinSeal
{
    private const int PublicKeyBytes = 91;
    private static readonly byte[] Purpose = "holdfast-join-v1"u8.ToArray();

    /// <summary>A key to be sealed for.</summary>
    public static ECDiffieHellman NewKey() => ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Seals.</summary>
    /// <param name="secret">What to hide.</param>
    /// <param name="recipient">Whose (SubjectPublicKeyInfo).</param>
    /// <returns>What the recipient opens; null when that is no P-256 public key.</returns>
    public static byte[]? TrySeal(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> recipient)
    {
        using var theirs = ECDiffieHellman.Create();
        if (!TryImport(theirs, recipient))
        {
            return null;
        }

        using var ours = NewKey();
        using var box = BoxOf(ours, theirs, ours.ExportSubjectPublicKeyInfo(), recipient);
        return [.. ours.ExportSubjectPublicKeyInfo(), .. box.Seal(secret, Purpose)];
    }

    /// <summary>Opens.</summary>
    /// <param name="key">The recipient's private key.</param>
    /// <param name="sealedSecret">What <see cref="TrySeal"/> made.</param>
    /// <returns>The secret, or null when it was not sealed for this key or is damaged.</returns>
    public static byte[]? TryOpen(ECDiffieHellman key, ReadOnlySpan<byte> sealedSecret)
    {
        using var theirs = ECDiffieHellman.Create();
        if (sealedSecret.Length <= PublicKeyBytes || !TryImport(theirs, sealedSecret[..PublicKeyBytes]))
        {
            return null;
        }

        using var box = BoxOf(key, theirs, sealedSecret[..PublicKeyBytes], key.ExportSubjectPublicKeyInfo());
        return box.TryOpen(sealedSecret[PublicKeyBytes..], Purpose, out var secret) ? secret : null;
    }

    private static bool TryImport(ECDiffieHellman key, ReadOnlySpan<byte> publicKey)
    {
        try
        {
            key.ImportSubjectPublicKeyInfo(publicKey, out var read);
            return read == publicKey.Length
                && read == PublicKeyBytes
                && key.ExportParameters(false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static SecretBox BoxOf(ECDiffieHellman own, ECDiffieHellman other, ReadOnlySpan<byte> ephemeral, ReadOnlySpan<byte> recipient)
    {
        var shared = own.DeriveRawSecretAgreement(other.PublicKey);
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, SecretBox.KeyBytes, salt: null, info: [.. ephemeral, .. recipient]);
        CryptographicOperations.ZeroMemory(shared);
        try
        {
            return new SecretBox(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
