using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Signing;
using Holdfast.Releases.Wire;

namespace Holdfast.Releases.Keys;

/// <summary>
/// A new signing key, as the key before it announces it: a release of its own, named by the new key's id. Edges meet it in the feed before
/// the first release that the new key signs.
/// </summary>
/// <param name="Id">See <see cref="SigningKey.Id"/>.</param>
/// <param name="PublicKey">The public half, PEM.</param>
public sealed record KeyAnnouncement(string Id, string PublicKey)
{
    /// <summary>The payload's format.</summary>
    public const int FormatVersion = 1;

    /// <summary>The announcement of a key.</summary>
    public static KeyAnnouncement Of(SigningKey key) => new(key.Id, key.PublicPem());

    /// <summary>The payload.</summary>
    public byte[] Write() =>
        JsonSerializer.SerializeToUtf8Bytes(new KeyPayload { Id = Id, PublicKey = PublicKey }, WireJson.Default.KeyPayload);

    /// <summary>Reads a payload. Never throws for what the bytes are.</summary>
    public static bool TryParse(int formatVersion, ReadOnlySpan<byte> payload, [NotNullWhen(true)] out KeyAnnouncement? announcement)
    {
        announcement = null;
        if (formatVersion != FormatVersion || payload.Length > KeyFile.MaxBytes)
        {
            return false;
        }

        try
        {
            var read = JsonSerializer.Deserialize(payload, WireJson.Default.KeyPayload);
            if (read is null || TrustedKey.IdOf(read.PublicKey) != read.Id)
            {
                return false;
            }

            announcement = new KeyAnnouncement(read.Id, read.PublicKey);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

/// <summary>Whether a payload announces a key; the same in control and on every edge.</summary>
public sealed class KeyAnnouncementCheck : IArtifactCheck
{
    /// <inheritdoc/>
    public ArtifactKind Kind => ArtifactKind.SigningKey;

    /// <inheritdoc/>
    public IReadOnlyList<ArtifactProblem> Check(int formatVersion, ReadOnlySpan<byte> payload) =>
        KeyAnnouncement.TryParse(formatVersion, payload, out _)
            ? []
            : [new ArtifactProblem("", "something else", "a public P-256 key in PEM form and its id, in format 1")];
}
