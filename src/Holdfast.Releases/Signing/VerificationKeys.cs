using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Holdfast.Releases.Signing;

/// <summary>
/// The public keys whose releases are believed: every <c>*.pub</c> file (PEM, P-256) of a directory. Read when an unknown key is asked
/// for, at most once a second, so that a key that is added is believed without a restart; one that is taken away is believed until the
/// next start, so that a directory that cannot be read for a moment costs no trust. Safe to use from several threads.
/// </summary>
public sealed class VerificationKeys : IDisposable
{
    private const int MaxFileBytes = 16 * 1024;
    private static readonly TimeSpan MinRescan = TimeSpan.FromSeconds(1);

    private readonly string _directory;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private ImmutableDictionary<string, ECDsa> _keys = ImmutableDictionary<string, ECDsa>.Empty;
    private long _readAt;

    /// <summary>The keys of a directory, read now. A directory that is missing has no keys yet.</summary>
    public VerificationKeys(string directory, TimeProvider time)
    {
        _directory = directory;
        _time = time;
        Read();
    }

    /// <summary>The ids of the keys that are believed.</summary>
    public IReadOnlyCollection<string> Ids => [.. _keys.Keys];

    /// <summary>Files that hold no usable key, each with the reason.</summary>
    public ImmutableArray<string> Problems { get; private set; } = [];

    /// <summary>Whether a believed key of this id made the signature.</summary>
    /// <param name="keyId">The key's id, see <see cref="SigningKey.Id"/>.</param>
    /// <param name="data">What was signed.</param>
    /// <param name="signature">64 bytes in IEEE P1363 form; anything else is false.</param>
    /// <param name="known">Whether the key is among the believed ones.</param>
    public bool Verify(string keyId, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, out bool known)
    {
        lock (_gate)
        {
            known = _keys.TryGetValue(keyId, out var key);
            if (!known && _time.GetElapsedTime(_readAt) >= MinRescan)
            {
                Read();
                known = _keys.TryGetValue(keyId, out key);
            }

            return key is not null
                && signature.Length == 64
                && key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    /// <summary>Believes a key from now on, whether or not it is in the directory.</summary>
    /// <param name="pem">Its public half: P-256.</param>
    /// <exception cref="CryptographicException">It is none.</exception>
    public void Believe(string pem)
    {
        lock (_gate)
        {
            var key = ECDsa.Create();
            key.ImportFromPem(pem);
            var id = SigningKey.IdOf(key);
            if (_keys.ContainsKey(id))
            {
                key.Dispose();
                return;
            }

            _keys = _keys.Add(id, key);
        }
    }

    /// <summary>Lets go of the keys.</summary>
    public void Dispose()
    {
        foreach (var key in _keys.Values)
        {
            key.Dispose();
        }
    }

    private void Read()
    {
        _readAt = _time.GetTimestamp();
        var problems = ImmutableArray.CreateBuilder<string>();
        var keys = _keys.ToBuilder();
        foreach (var path in Files(problems))
        {
            var key = ECDsa.Create();
            try
            {
                if (new FileInfo(path).Length > MaxFileBytes)
                {
                    throw new CryptographicException($"the file is larger than {MaxFileBytes} bytes");
                }

                key.ImportFromPem(File.ReadAllText(path));
                if (!SigningKey.IsP256(key))
                {
                    throw new CryptographicException("it is not a P-256 key");
                }

                var id = SigningKey.IdOf(key);
                if (!keys.TryAdd(id, key))
                {
                    key.Dispose();
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
            {
                // One damaged file must not take away the trust in the others.
                key.Dispose();
                problems.Add($"{path}: not a public key: {e.Message}");
            }
        }

        _keys = keys.ToImmutable();
        Problems = problems.ToImmutable();
    }

    private string[] Files(ImmutableArray<string>.Builder problems)
    {
        try
        {
            return Directory.Exists(_directory) ? Directory.GetFiles(_directory, "*.pub") : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{_directory}: cannot be listed: {e.Message}");
            return [];
        }
    }
}
