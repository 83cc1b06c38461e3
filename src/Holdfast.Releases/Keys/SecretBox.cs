using System.Security.Cryptography;

namespace Holdfast.Releases.Keys;

/// <summary>
/// Encrypts small secrets (customers' private keys) with the installation's secret key: AES-256-GCM (NIST SP 800-38D) with a random
/// 96-bit nonce. A sealed secret is nonce (12 bytes), tag (16), ciphertext. Safe to use from several threads.
/// </summary>
public sealed class SecretBox : IDisposable
{
    /// <summary>Length of the key in bytes.</summary>
    public const int KeyBytes = 32;

    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _key;

    /// <summary>A box with this key, which it copies.</summary>
    /// <exception cref="ArgumentException">The key has not <see cref="KeyBytes"/> bytes.</exception>
    public SecretBox(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyBytes)
        {
            throw new ArgumentException($"the key has {key.Length} bytes instead of {KeyBytes}", nameof(key));
        }

        _key = key.ToArray();
    }

    /// <summary>Bytes that sealing adds.</summary>
    public static int Overhead => NonceBytes + TagBytes;

    /// <summary>The box whose key is in this file (mode 0600).</summary>
    /// <exception cref="KeyFileException">The file is missing, damaged, or open to others.</exception>
    public static SecretBox Load(string path) => new(KeyFile.ReadExactly(path, KeyBytes));

    /// <summary>The box whose key is in this file, which is made when it is missing.</summary>
    /// <exception cref="KeyFileException">The file is damaged, open to others, or cannot be made.</exception>
    public static SecretBox LoadOrCreate(string path) => new(KeyFile.ReadOrCreateRandom(path, KeyBytes));

    /// <summary>Encrypts.</summary>
    /// <param name="secret">What to hide.</param>
    /// <param name="purpose">What it belongs to, such as a certificate's id: the same must be given to open it, so that nobody can swap sealed secrets.</param>
    public byte[] Seal(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> purpose)
    {
        var sealedSecret = new byte[Overhead + secret.Length];
        var nonce = sealedSecret.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(nonce, secret, sealedSecret.AsSpan(Overhead), sealedSecret.AsSpan(NonceBytes, TagBytes), purpose);
        return sealedSecret;
    }

    /// <summary>Decrypts. The caller clears the bytes when it has used them (<see cref="CryptographicOperations.ZeroMemory"/>).</summary>
    /// <returns>Whether it was sealed with this key, for this purpose, and is undamaged.</returns>
    public bool TryOpen(ReadOnlySpan<byte> sealedSecret, ReadOnlySpan<byte> purpose, out byte[] secret)
    {
        secret = [];
        if (sealedSecret.Length < Overhead)
        {
            return false;
        }

        var opened = new byte[sealedSecret.Length - Overhead];
        try
        {
            using var aes = new AesGcm(_key, TagBytes);
            aes.Decrypt(sealedSecret[..NonceBytes], sealedSecret[Overhead..], sealedSecret.Slice(NonceBytes, TagBytes), opened, purpose);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        secret = opened;
        return true;
    }

    /// <summary>Clears the key from memory.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_key);
}
