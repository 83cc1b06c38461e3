using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Releases.Keys;

namespace Holdfast.Releases.Feed;

/// <summary>
/// The secret by which control and its edges know each other. An edge signs each request (HMAC-SHA256 over who, when, a nonce and
/// what); control signs the nonce back, and the edge believes no byte of an answer before it has checked that.
/// </summary>
public sealed class FeedSecret
{
    /// <summary>Length of the key in bytes.</summary>
    public const int KeyBytes = 32;

    /// <summary>Digits of a nonce: 16 random bytes.</summary>
    public const int NonceLength = 32;

    /// <summary>How far the clocks of an edge and of control may be apart.</summary>
    public static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(5);

    private readonly byte[] _key;

    /// <summary>The secret with this key, which it copies.</summary>
    /// <exception cref="ArgumentException">The key has not <see cref="KeyBytes"/> bytes.</exception>
    public FeedSecret(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyBytes)
        {
            throw new ArgumentException($"the key has {key.Length} bytes instead of {KeyBytes}", nameof(key));
        }

        _key = key.ToArray();
    }

    /// <summary>The secret in this file (mode 0600).</summary>
    /// <exception cref="KeyFileException">The file is missing, damaged, or open to others.</exception>
    public static FeedSecret Load(string path) => new(KeyFile.ReadExactly(path, KeyBytes));

    /// <summary>The secret in this file, which is made when it is missing.</summary>
    /// <exception cref="KeyFileException">The file is damaged, open to others, or cannot be made.</exception>
    public static FeedSecret LoadOrCreate(string path) => new(KeyFile.ReadOrCreateRandom(path, KeyBytes));

    /// <summary>A fresh nonce.</summary>
    public static string NewNonce() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceLength / 2));

    /// <summary>What an edge proves itself with.</summary>
    /// <param name="node">The edge's name.</param>
    /// <param name="unixSeconds">When it asks.</param>
    /// <param name="nonce">See <see cref="NewNonce"/>.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="pathAndQuery">The request's path and query as sent.</param>
    /// <param name="contentDigest">SHA-256 of the request's body, in lower-case hexadecimal digits.</param>
    public string EdgeProof(string node, long unixSeconds, string nonce, string method, string pathAndQuery, string contentDigest) =>
        Mac("edge", node, unixSeconds.ToString(CultureInfo.InvariantCulture), nonce, method, pathAndQuery, contentDigest);

    /// <summary>What control proves itself with.</summary>
    public string ControlProof(string nonce) => Mac("control", nonce);

    /// <summary>Whether two proofs are the same, in a time that does not depend on where they differ.</summary>
    public static bool Same(string? one, string? other) =>
        one is not null
        && other is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));

    /// <summary>Whether it can be a node's name: 1 to 63 lower-case letters, digits, hyphens, dots and underscores.</summary>
    public static bool IsNodeName(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= 63 && !name.ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    private string Mac(params ReadOnlySpan<string> parts) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(string.Join('|', parts!))));
}
