using System.Security.Cryptography;
using System.Text;
using Holdfast.Releases.Signing;

namespace Holdfast.Releases.Keys;

/// <summary>Adds public keys to those whose releases a node believes.</summary>
public static class TrustedKey
{
    /// <summary>Puts a public key among the trusted ones; a running edge meets it when the first release that it signed comes.</summary>
    /// <param name="path">A file with the public key: PEM, P-256.</param>
    /// <param name="trustedDirectory">See <see cref="KeyDirectory.TrustedDirectory"/>.</param>
    /// <returns>The key's id, and whether it is new there.</returns>
    /// <exception cref="KeyFileException">The file cannot be read, holds no such key or a private one, or the key cannot be added.</exception>
    public static (string Id, bool Added) Add(string path, string trustedDirectory)
    {
        try
        {
            if (new FileInfo(path).Length > KeyFile.MaxBytes)
            {
                throw new KeyFileException(path, $"it is larger than {KeyFile.MaxBytes} bytes, so it is no key");
            }

            return AddText(File.ReadAllText(path), trustedDirectory, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(path, $"it cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The id of a public key; null when the text is no public P-256 key.</summary>
    internal static string? IdOf(string pem)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            return !pem.Contains("PRIVATE KEY", StringComparison.Ordinal) && SigningKey.IsP256(key) ? SigningKey.IdOf(key) : null;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Puts a public key among the trusted ones.</summary>
    /// <param name="pem">The key.</param>
    /// <param name="trustedDirectory">See <see cref="KeyDirectory.TrustedDirectory"/>.</param>
    /// <param name="path">What messages call it.</param>
    /// <returns>The key's id, and whether it is new there.</returns>
    /// <exception cref="KeyFileException">It is no such key or a private one, or it cannot be added.</exception>
    public static (string Id, bool Added) AddText(string pem, string trustedDirectory, string path = "the key")
    {
        using var key = ECDsa.Create();
        try
        {
            if (pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
            {
                throw new KeyFileException(path, "it is a private key; give the public half, which control keeps in keys/trusted");
            }

            key.ImportFromPem(pem);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new KeyFileException(path, "it is not a public key in PEM form", e);
        }

        if (!SigningKey.IsP256(key))
        {
            throw new KeyFileException(path, $"it is a key of {key.KeySize} bits; releases are signed with P-256");
        }

        var id = SigningKey.IdOf(key);
        var text = Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem() + "\n");
        return (id, KeyFile.TryCreate(Path.Combine(trustedDirectory, id + ".pub"), text));
    }
}
