using System.Collections.Concurrent;
using Holdfast.Model.Releases;
using Holdfast.Releases.Wire;

namespace Holdfast.Releases.Signing;

/// <summary>Says whether a release is what a believed key signed. Never throws for what a release contains. Any thread may use it.</summary>
public sealed class ReleaseVerifier
{
    // Trees whose root was checked: a bulk of releases costs one signature check for each of its trees. A few hundred bytes an entry.
    private const int MostTrees = 4096;

    private readonly VerificationKeys _keys;
    private readonly ConcurrentDictionary<string, bool> _trees = new(StringComparer.Ordinal);

    /// <summary>A verifier that believes these keys.</summary>
    public ReleaseVerifier(VerificationKeys keys)
    {
        _keys = keys;
    }

    /// <summary>Checks form, signature and digest, in this order.</summary>
    /// <returns>Null when the release is genuine, otherwise the reason it is not, as one sentence.</returns>
    public string? Verify(Release release)
    {
        if (Malformed(release) is { } problem)
        {
            return problem;
        }

        if (!IsSigned(release, out var known))
        {
            return known
                ? "the signature does not match"
                : $"it is signed with key {release.KeyId}, which is not among the trusted keys; 'holdfast node trust KEYFILE' adds one";
        }

        var digest = ReleaseDigest.Of(release.Payload.Span);
        return digest == release.Digest ? null : $"the payload's digest is {digest}, signed was {release.Digest}";
    }

    /// <summary>Whether releases that the key of this id signed are believed.</summary>
    public bool Believes(string keyId) => _keys.Believes(keyId);

    private bool IsSigned(Release release, out bool known)
    {
        var header = ReleaseHeader.Bytes(release);
        var signature = release.Signature.Span;
        if (!SignatureTree.IsProof(signature))
        {
            return _keys.Verify(release.KeyId, header, signature, out known);
        }

        var statement = SignatureTree.SignedBy(header, signature);
        var tree = string.Concat(
            release.KeyId,
            Convert.ToHexStringLower(statement),
            Convert.ToHexStringLower(signature[..SignatureTree.SignatureBytes])
        );
        if (_trees.ContainsKey(tree))
        {
            // The root was checked once; whether its key is believed may have changed since.
            return known = _keys.Believes(release.KeyId);
        }

        if (!_keys.Verify(release.KeyId, statement, signature[..SignatureTree.SignatureBytes], out known))
        {
            return false;
        }

        if (_trees.Count >= MostTrees)
        {
            _trees.Clear();
        }

        _trees[tree] = true;
        return true;
    }

    internal static string? Malformed(Release release) =>
        !ReleaseHeader.IsName(release.Name) ? "the name is not 1 to 64 lower-case letters, digits, hyphens and underscores"
        : release.Generation < 1 ? $"generation {release.Generation} is below 1"
        : release.FormatVersion < 1 ? $"format version {release.FormatVersion} is below 1"
        : release.Payload.Length > ReleaseCodec.MaxPayloadBytes
            ? $"the payload has {release.Payload.Length} bytes; at most {ReleaseCodec.MaxPayloadBytes} are allowed"
        : release.Removed && release.Payload.Length > 0 ? "a removal has a payload"
        : !release.Removed && release.Payload.Length == 0 ? "the payload is empty"
        : !ReleaseDigest.IsWellFormed(release.Digest) ? "the digest is not 64 lower-case hexadecimal digits"
        : release.KeyId.Length != 32 || release.KeyId.AsSpan().ContainsAnyExcept("0123456789abcdef")
            ? "the key id is not 32 lower-case hexadecimal digits"
        : null;
}
