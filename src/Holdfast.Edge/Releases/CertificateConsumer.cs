using Holdfast.Edge.Listening.Certificates;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Store;

namespace Holdfast.Edge.Releases;

/// <summary>
/// Takes custom certificates into use. At a start it notes where they are and reads none. A new one is made ready before it is accepted.
/// Handshakes in flight finish with the one they began with.
/// </summary>
internal sealed class CertificateConsumer(CertificateStore certificates, CertificateReader reader) : IReleaseConsumer
{
    // Certificates that a store of before there were keys holds without one, and the keys that they turned out to have.
    private readonly Dictionary<int, ulong> _keyless = [];

    /// <inheritdoc/>
    public ArtifactKind Kind => ArtifactKind.Certificate;

    /// <inheritdoc/>
    public ulong KeyOf(Release release)
    {
        try
        {
            return release.Removed ? 0 : CertificateStore.KeyOf(CertificateReader.Config(release).ZoneId);
        }
        catch (ArtifactRefusedException)
        {
            return 0;
        }
    }

    /// <inheritdoc/>
    public bool Restore(StoredArtifact artifact)
    {
        if (artifact.Key == 0)
        {
            _keyless[artifact.Number] = 0;
            return false;
        }

        certificates.Add(artifact.Number, artifact.Key);
        return true;
    }

    /// <inheritdoc/>
    public PreparedRelease Prepare(Release release)
    {
        var made = reader.Make(release);
        var key = CertificateStore.KeyOf(made.ZoneId);
        return new PreparedRelease(
            key,
            (artifact, before) =>
            {
                certificates.Put(artifact, KeyBefore(artifact, before), made);
                if (_keyless.ContainsKey(artifact))
                {
                    _keyless[artifact] = key;
                }
            }
        );
    }

    /// <inheritdoc/>
    public void Deactivate(StoredArtifact before, Release tombstone)
    {
        if (KeyBefore(before.Number, before) is { } key)
        {
            certificates.Remove(before.Number, key, tombstone.Name);
        }
    }

    private ulong? KeyBefore(int artifact, StoredArtifact? before) =>
        before is { Key: not 0 } known ? known.Key
        : _keyless.TryGetValue(artifact, out var key) && key != 0 ? key
        : null;
}
