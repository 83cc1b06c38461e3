using Holdfast.Model.Releases;

namespace Holdfast.Releases.Signing;

/// <summary>Makes releases: digest, time and signature.</summary>
public sealed class ReleaseSigner
{
    private readonly SigningKey _key;
    private readonly TimeProvider _time;

    /// <summary>A signer with this key, which stays the caller's.</summary>
    public ReleaseSigner(SigningKey key, TimeProvider time)
    {
        _key = key;
        _time = time;
    }

    /// <summary>A release that carries an artifact.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="name">1 to 64 lower-case letters, digits, hyphens and underscores.</param>
    /// <param name="generation">From 1.</param>
    /// <param name="formatVersion">The payload's format, from 1.</param>
    /// <param name="payload">The canonical bytes, at most <see cref="Wire.ReleaseCodec.MaxPayloadBytes"/>.</param>
    /// <exception cref="ArgumentException">An argument is out of its range.</exception>
    public Release Sign(ArtifactKind kind, string name, long generation, int formatVersion, byte[] payload) =>
        Sign(kind, name, generation, formatVersion, payload, removed: false);

    /// <summary>A release that takes an artifact away.</summary>
    /// <exception cref="ArgumentException">An argument is out of its range.</exception>
    public Release SignRemoval(ArtifactKind kind, string name, long generation, int formatVersion) =>
        Sign(kind, name, generation, formatVersion, [], removed: true);

    private Release Sign(ArtifactKind kind, string name, long generation, int formatVersion, byte[] payload, bool removed)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
        var release = new Release
        {
            Kind = kind,
            Name = name,
            Generation = generation,
            FormatVersion = formatVersion,
            CreatedAt = now,
            Removed = removed,
            Payload = payload,
            Digest = ReleaseDigest.Of(payload),
            KeyId = _key.Id,
            Signature = ReadOnlyMemory<byte>.Empty,
        };
        if (ReleaseVerifier.Malformed(release) is { } problem)
        {
            throw new ArgumentException(problem);
        }

        return release with
        {
            Signature = _key.Sign(ReleaseHeader.Bytes(release)),
        };
    }
}
