using System.Globalization;
using System.Text;
using Holdfast.Model.Releases;

namespace Holdfast.Releases.Signing;

/// <summary>The bytes that a release's signature covers: every member but the signature, the payload by its digest.</summary>
internal static class ReleaseHeader
{
    /// <summary>Longest name of an artifact.</summary>
    public const int MaxNameLength = 64;

    /// <summary>The form of time in headers and on the wire: UTC, milliseconds.</summary>
    public const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>
    /// <c>holdfast-release-v1|kind|name|generation|format|createdAt|removed|digest|keyId</c>. No member can contain the bar, so that
    /// two different releases never have the same header.
    /// </summary>
    public static byte[] Bytes(Release release) =>
        Encoding.UTF8.GetBytes(
            string.Join(
                '|',
                "holdfast-release-v1",
                ArtifactKindNames.Of(release.Kind),
                release.Name,
                release.Generation.ToString(CultureInfo.InvariantCulture),
                release.FormatVersion.ToString(CultureInfo.InvariantCulture),
                release.CreatedAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture),
                release.Removed ? "removed" : "present",
                release.Digest,
                release.KeyId
            )
        );

    /// <summary>
    /// Whether it can be an artifact's name: 1 to 64 lower-case letters, digits, hyphens and underscores. It is also a directory's name
    /// in the store, so nothing else may pass.
    /// </summary>
    public static bool IsName(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= MaxNameLength && !name.ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-_");
}
