using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Releases.Keys;

namespace Holdfast.Edge.Listening.Certificates;

/// <summary>
/// The local authority's key and certificate on disk: <c>keys/local-ca.key</c> (PKCS#8 PEM, mode 0600) and <c>keys/local-ca.pem</c>. Several
/// processes may make them at the same time without a lock: each publishes by a move that never replaces, the first key wins, the certificate
/// is then made for the key that won, and again the first wins. A crash in between leaves a state that the next process completes.
/// </summary>
internal static class LocalAuthorityFiles
{
    /// <summary>The certificate's path below the data directory.</summary>
    public const string CertificatePath = "keys/local-ca.pem";

    /// <summary>The key's path below the data directory.</summary>
    public const string KeyPath = "keys/local-ca.key";

    /// <summary>Loads the authority, and makes what of it is not there yet.</summary>
    /// <param name="dataDirectory">The data directory.</param>
    /// <param name="create">Makes the certificate for a key.</param>
    /// <returns>The certificate with its private key.</returns>
    /// <exception cref="IOException">The directory can't be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    /// <exception cref="CryptographicException">What is there is not a key or certificate, or they don't belong together; it is left alone.</exception>
    public static X509Certificate2 LoadOrCreate(string dataDirectory, Func<ECDsa, X509Certificate2> create)
    {
        var keyFile = Path.Combine(dataDirectory, KeyPath);
        var certificateFile = Path.Combine(dataDirectory, CertificatePath);
        if (!File.Exists(keyFile))
        {
            CreateDirectory(Path.GetDirectoryName(keyFile)!);
            using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            Publish(keyFile, made.ExportPkcs8PrivateKeyPem(), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        using var key = ECDsa.Create();
        Import(keyFile, pem => key.ImportFromPem(pem));
        if (!File.Exists(certificateFile))
        {
            using var made = create(key);
            const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            Publish(certificateFile, made.ExportCertificatePem(), Readable);
        }

        X509Certificate2? certificate = null;
        Import(certificateFile, pem => certificate = X509Certificate2.CreateFromPem(pem));
        using (certificate)
        {
            try
            {
                return certificate!.CopyWithPrivateKey(key);
            }
            catch (ArgumentException e)
            {
                throw new CryptographicException($"{keyFile} is not the key of {certificateFile}", e);
            }
        }
    }

    private static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    // Written and synced under a name of its own, then moved: others see the whole file or none.
    private static void Publish(string path, string pem, UnixFileMode mode)
    {
        var temporary = $"{path}.{Environment.ProcessId}-{Guid.NewGuid():n}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        try
        {
            using (var file = new FileStream(temporary, options))
            using (var writer = new StreamWriter(file))
            {
                writer.Write(pem);
                writer.Write('\n');
                writer.Flush();
                file.Flush(flushToDisk: true);
            }

            // Whether or not another process was first: the file that has the name is the one that counts.
            ExclusiveMove.TryMove(temporary, path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void Import(string path, Action<string> import)
    {
        try
        {
            import(File.ReadAllText(path));
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new CryptographicException($"{path} does not hold what it should, in PEM", e);
        }
    }
}
