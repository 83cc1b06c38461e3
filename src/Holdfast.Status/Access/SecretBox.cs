using System.Security.Cryptography;
using System.Text;
using Holdfast.Status.Storage;

namespace Holdfast.Status.Access;

/// <summary>
/// Seals what has to be read again (second factors' secrets) with AES-256-GCM and a key that lies in a file beside the store, so that a copy
/// of the store alone gives nothing away.
/// </summary>
internal sealed class SecretBox
{
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] key;

    private SecretBox(byte[] key) => this.key = key;

    /// <summary>Reads the key, or makes one.</summary>
    /// <param name="path">The file, readable by its owner alone.</param>
    /// <exception cref="StatusStoreException">It can't be read or made, or is no key.</exception>
    public static SecretBox Open(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                // Written whole beside it and then named: a kill leaves no half of a key.
                var beside = $"{path}.{StatusIds.New()}";
                using (
                    var made = new FileStream(
                        beside,
                        new FileStreamOptions
                        {
                            Mode = FileMode.CreateNew,
                            Access = FileAccess.Write,
                            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                        }
                    )
                )
                {
                    made.Write(RandomNumberGenerator.GetBytes(KeyBytes));
                    made.Flush(flushToDisk: true);
                }

                File.Move(beside, path);
            }

            var key = File.ReadAllBytes(path);
            return key.Length == KeyBytes
                ? new SecretBox(key)
                : throw new StatusStoreException(
                    $"the status page's key {path} is damaged: it has {key.Length} bytes, not {KeyBytes}. Restore it, or remove it and set second factors anew"
                );
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StatusStoreException($"the status page's key {path} cannot be used: {fault.Message}", fault);
        }
    }

    /// <summary>Seals a secret for one purpose: it opens for no other.</summary>
    public byte[] Seal(ReadOnlySpan<byte> secret, string purpose)
    {
        var box = new byte[NonceBytes + TagBytes + secret.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(
            box.AsSpan(0, NonceBytes),
            secret,
            box.AsSpan(NonceBytes + TagBytes),
            box.AsSpan(NonceBytes, TagBytes),
            Encoding.UTF8.GetBytes(purpose)
        );
        return box;
    }

    /// <summary>What was sealed; null when it was with another key or for another purpose.</summary>
    public byte[]? Open(byte[] box, string purpose)
    {
        if (box.Length < NonceBytes + TagBytes)
        {
            return null;
        }

        try
        {
            var secret = new byte[box.Length - NonceBytes - TagBytes];
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(
                box.AsSpan(0, NonceBytes),
                box.AsSpan(NonceBytes + TagBytes),
                box.AsSpan(NonceBytes, TagBytes),
                secret,
                Encoding.UTF8.GetBytes(purpose)
            );
            return secret;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
