using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Signing;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Keys;

/// <summary>
/// Believes the keys that a believed key announces, from the next release on, and keeps them in the directory of trusted keys. Where that
/// cannot be written the key is believed all the same, and written at the next start, because the announcement is in the store.
/// </summary>
/// <param name="trusted">The keys that are believed.</param>
/// <param name="directory">See <see cref="KeyDirectory.TrustedDirectory"/>.</param>
/// <param name="observer">Told when a key cannot be kept.</param>
public sealed class AnnouncedKeys(VerificationKeys trusted, string directory, IReleaseIntakeObserver? observer) : IReleaseConsumer
{
    /// <inheritdoc/>
    public ArtifactKind Kind => ArtifactKind.SigningKey;

    /// <inheritdoc/>
    public PreparedRelease Prepare(Release release)
    {
        if (!KeyAnnouncement.TryParse(release.FormatVersion, release.Payload.Span, out var key) || key.Id != release.Name)
        {
            throw new ArtifactRefusedException($"the release is named {release.Name} and does not hold the key of that id");
        }

        return new PreparedRelease(0, (_, _) => Believe(key));
    }

    /// <inheritdoc/>
    public void Deactivate(StoredArtifact before, Release tombstone)
    {
        // An announcement cannot be taken back: releases that the key signed lie on the disk, and would not be believed any more.
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
}
