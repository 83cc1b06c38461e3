using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Signing;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Keys;

/// <summary>
/// Believes the keys that a believed key announces, from the next release on, and keeps them in the directory of trusted keys. Where that
/// cannot be written the key is believed all the same, and written at the next start, because the announcement is in the store. A key
/// that another retires is believed no more, at later starts neither, and taken out of the directory.
/// </summary>
/// <param name="trusted">The keys that are believed.</param>
/// <param name="directory">See <see cref="KeyDirectory.TrustedDirectory"/>.</param>
/// <param name="observer">Told when a key cannot be kept.</param>
public sealed class AnnouncedKeys(VerificationKeys trusted, string directory, IReleaseIntakeObserver? observer) : IReleaseConsumer
{
    /// <inheritdoc/>
    public ArtifactKind Kind => ArtifactKind.SigningKey;

    /// <summary>A key is noted; nothing is loaded.</summary>
    public bool IsTasted => false;

    /// <inheritdoc/>
    public PreparedRelease Prepare(Release release)
    {
        if (!KeyAnnouncement.TryParse(release.FormatVersion, release.Payload.Span, out var key) || key.Name != release.Name)
        {
            throw new ArtifactRefusedException($"the release is named {release.Name} and does not hold the key of that id");
        }

        if (!key.Retired)
        {
            return new PreparedRelease(0, (_, _) => Believe(key));
        }

        return release.KeyId != key.Id
            ? new PreparedRelease(0, (_, _) => Disbelieve(key))
            : throw new ArtifactRefusedException($"key {key.Id} cannot retire itself: the edge would believe nobody");
    }

    /// <inheritdoc/>
    public void Deactivate(StoredArtifact before, Release tombstone)
    {
        // What ends a key is that another retires it. Its announcement alone goes without a consequence.
    }

    private void Believe(KeyAnnouncement key)
    {
        trusted.Believe(key.PublicKey);
        try
        {
            TrustedKey.AddText(key.PublicKey, directory);
        }
        catch (KeyFileException e)
        {
            observer?.StoreProblem(new StoreProblem(e.Path, e.Message));
        }
    }

    private void Disbelieve(KeyAnnouncement key)
    {
        trusted.Disbelieve(key.Id);
        try
        {
            TrustedKey.Remove(key.Id, directory);
        }
        catch (KeyFileException e)
        {
            // The statement is in the store: the next start disbelieves the key again before it answers anybody.
            observer?.StoreProblem(new StoreProblem(e.Path, e.Message));
        }
    }
}
