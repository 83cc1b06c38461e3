using Holdfast.Model.Releases;

namespace Holdfast.Releases.Signing;

/// <summary>Makes releases: digest, time and signature.</summary>
public sealed class ReleaseSigner
{
    /// <summary>Releases under one signature in <see cref="SignAll"/>: 256, which makes each release's proof 322 bytes.</summary>
    public const int MaxTogether = 256;

    private volatile SigningKey _key;
    private readonly TimeProvider _time;

    /// <summary>A signer with this key, which stays the caller's.</summary>
    public ReleaseSigner(SigningKey key, TimeProvider time)
    {
        _key = key;
        _time = time;
    }

    /// <summary>The key that it signs with.</summary>
    public SigningKey Key => _key;

    /// <summary>Signs with another key from now on; it stays the caller's.</summary>
    public void Use(SigningKey key) => _key = key;

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

    /// <summary>
    /// Releases for many artifacts at once, with a signature for each <see cref="MaxTogether"/> of them instead of one for each.
    /// </summary>
    /// <exception cref="ArgumentException">A member of a draft is out of its range.</exception>
    public IReadOnlyList<Release> SignAll(IEnumerable<ReleaseDraft> drafts)
    {
        var key = _key;
        var signed = new List<Release>();
        foreach (var together in drafts.Chunk(MaxTogether))
        {
            var releases = together
                .Select(draft =>
                    Unsigned(key, draft.Kind, draft.Name, draft.Generation, draft.FormatVersion, draft.Payload, removed: false)
                )
                .ToArray();
            if (releases.Length == 1)
            {
                signed.Add(releases[0] with { Signature = key.Sign(ReleaseHeader.Bytes(releases[0])) });
                continue;
            }

            var signatures = SignatureTree.Sign([.. releases.Select(ReleaseHeader.Bytes)], data => key.Sign(data));
            signed.AddRange(releases.Zip(signatures, (release, signature) => release with { Signature = signature }));
        }

        return signed;
    }

    private Release Sign(ArtifactKind kind, string name, long generation, int formatVersion, byte[] payload, bool removed)
    {
        var key = _key;
        var release = Unsigned(key, kind, name, generation, formatVersion, payload, removed);
        return release with { Signature = key.Sign(ReleaseHeader.Bytes(release)) };
    }

    private Release Unsigned(
        SigningKey key,
        ArtifactKind kind,
        string name,
        long generation,
        int formatVersion,
        byte[] payload,
        bool removed
    )
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
            KeyId = key.Id,
            Signature = ReadOnlyMemory<byte>.Empty,
        };
        if (ReleaseVerifier.Malformed(release) is { } problem)
        {
            throw new ArgumentException(problem);
        }

        return release;
    }
}

/// <summary>A release before it is signed.</summary>
/// <param name="Kind">The artifact's kind.</param>
/// <param name="Name">1 to 64 lower-case letters, digits, hyphens and underscores.</param>
/// <param name="Generation">From 1.</param>
/// <param name="FormatVersion">The payload's format, from 1.</param>
/// <param name="Payload">The canonical bytes, at most <see cref="Wire.ReleaseCodec.MaxPayloadBytes"/>.</param>
public sealed record ReleaseDraft(ArtifactKind Kind, string Name, long Generation, int FormatVersion, byte[] Payload);
