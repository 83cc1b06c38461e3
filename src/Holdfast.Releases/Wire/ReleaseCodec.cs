using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Holdfast.Model.Releases;
using Holdfast.Releases.Signing;

namespace Holdfast.Releases.Wire;

/// <summary>
/// A release as bytes: one JSON object without line breaks. The reader takes exactly what the writer makes: no member may be unknown,
/// missing or repeated. It checks form only; whether a release is genuine says <see cref="ReleaseVerifier"/>.
/// </summary>
public static class ReleaseCodec
{
    /// <summary>Largest payload: 8 MiB, ten times the largest artifact there is today.</summary>
    public const int MaxPayloadBytes = 8 * 1024 * 1024;

    /// <summary>Largest encoded release: the largest payload as base64, and 4 KiB for the rest.</summary>
    public const int MaxEncodedBytes = (MaxPayloadBytes + 2) / 3 * 4 + 4096;

    /// <summary>The release's bytes.</summary>
    public static byte[] Encode(Release release) =>
        JsonSerializer.SerializeToUtf8Bytes(ToEnvelope(release), WireJson.Default.ReleaseEnvelope);

    /// <summary>Reads a release. Never throws for what the bytes are.</summary>
    /// <param name="bytes">The whole encoded release.</param>
    /// <param name="release">The release.</param>
    /// <param name="error">Otherwise why it is none, as one sentence.</param>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Release? release, [NotNullWhen(false)] out string? error)
    {
        release = null;
        if (bytes.Length > MaxEncodedBytes)
        {
            error = $"it has {bytes.Length} bytes; at most {MaxEncodedBytes} are allowed";
            return false;
        }

        try
        {
            var envelope = JsonSerializer.Deserialize(bytes, WireJson.Default.ReleaseEnvelope);
            if (envelope is null)
            {
                error = "it is null";
                return false;
            }

            return TryFromEnvelope(envelope, out release, out error);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            error = $"it is not a release: {e.Message}";
            return false;
        }
    }

    internal static ReleaseEnvelope ToEnvelope(Release release) =>
        new()
        {
            Kind = ArtifactKindNames.Of(release.Kind),
            Name = release.Name,
            Generation = release.Generation,
            Format = release.FormatVersion,
            CreatedAt = release.CreatedAt.UtcDateTime.ToString(ReleaseHeader.TimeFormat, CultureInfo.InvariantCulture),
            Removed = release.Removed,
            Digest = release.Digest,
            KeyId = release.KeyId,
            Signature = release.Signature.ToArray(),
            Payload = WholeArray(release.Payload),
        };

    // A large payload is not copied only to be written.
    private static byte[] WholeArray(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var whole) && whole.Array is { } array && array.Length == bytes.Length
            ? array
            : bytes.ToArray();

    internal static bool TryFromEnvelope(
        ReleaseEnvelope envelope,
        [NotNullWhen(true)] out Release? release,
        [NotNullWhen(false)] out string? error
    )
    {
        release = null;
        if (!ArtifactKindNames.TryParse(envelope.Kind, out var kind))
        {
            // A newer control may publish kinds that this build has never heard of: they are read, and refused one by one.
            kind = (ArtifactKind)0;
        }

        if (
            !DateTimeOffset.TryParseExact(
                envelope.CreatedAt,
                ReleaseHeader.TimeFormat,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var createdAt
            )
        )
        {
            error = "createdAt is not a UTC time with milliseconds";
            return false;
        }

        var read = new Release
        {
            Kind = kind,
            Name = envelope.Name,
            Generation = envelope.Generation,
            FormatVersion = envelope.Format,
            CreatedAt = createdAt,
            Removed = envelope.Removed,
            Payload = envelope.Payload,
            Digest = envelope.Digest,
            KeyId = envelope.KeyId,
            Signature = envelope.Signature,
        };
        error = ReleaseVerifier.Malformed(read);
        release = error is null ? read : null;
        return error is null;
    }
}
