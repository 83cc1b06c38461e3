using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Model.Releases;

namespace Holdfast.Releases.Feed;

/// <summary>
/// A release's step as the body of an upward record:
/// <c>{"kind","name","generation","digest","stage","share","reason","evidence","at"}</c>; the last but two and the last but one may be null.
/// </summary>
public static class ReleaseProgressCodec
{
    private const int MaxNameLength = 256;
    private const int DigestLength = 64;

    /// <summary>A stage's name on the wire.</summary>
    public static string NameOf(ReleaseStage stage) =>
        stage switch
        {
            ReleaseStage.Held => "held",
            ReleaseStage.Slice => "slice",
            ReleaseStage.Live => "live",
            ReleaseStage.Good => "good",
            ReleaseStage.Reverted => "reverted",
            _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "it is no stage"),
        };

    /// <summary>The body of a record. A reason or evidence that is too long is cut.</summary>
    public static JsonObject Encode(ReleaseProgress progress) =>
        new()
        {
            ["kind"] = ArtifactKindNames.Of(progress.Kind),
            ["name"] = progress.Name,
            ["generation"] = progress.Generation,
            ["digest"] = progress.Digest,
            ["stage"] = NameOf(progress.Stage),
            ["share"] = progress.Share,
            ["reason"] = Cut(progress.Reason, ReleaseProgress.MaxReasonLength),
            ["evidence"] = Cut(progress.Evidence, ReleaseProgress.MaxEvidenceLength),
            ["at"] = progress.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        };

    /// <summary>Reads a body. Never throws for what it holds; members that this build does not know are passed over.</summary>
    /// <param name="body">The body.</param>
    /// <param name="progress">The step.</param>
    /// <param name="error">Otherwise the member that is wrong, and what it must be.</param>
    public static bool TryDecode(
        JsonElement body,
        [NotNullWhen(true)] out ReleaseProgress? progress,
        [NotNullWhen(false)] out string? error
    )
    {
        progress = null;
        ArtifactKind kind = default;
        ReleaseStage stage = default;
        DateTimeOffset at = default;
        var generation = 0L;
        var share = 0;
        var (name, digest) = (Text(body, "name"), Text(body, "digest"));
        error =
            body.ValueKind != JsonValueKind.Object ? "it is no object"
            : !ArtifactKindNames.TryParse(Text(body, "kind"), out kind) ? "kind: this build does not know it"
            : name is null || name.Length is 0 or > MaxNameLength ? $"name: it is a text of 1 to {MaxNameLength} characters"
            : !(Number(body, "generation") is { } number && number.TryGetInt64(out generation) && generation > 0)
                ? "generation: it is a whole number above 0"
            : digest is null || digest.Length != DigestLength || digest.AsSpan().ContainsAnyExcept("0123456789abcdef")
                ? $"digest: it is {DigestLength} lower-case hexadecimal digits"
            : !TryStage(Text(body, "stage"), out stage) ? "stage: it is held, slice, live, good or reverted"
            : !(Number(body, "share") is { } percent && percent.TryGetInt32(out share) && share is >= 0 and <= 100)
                ? "share: it is a whole number from 0 to 100"
            : !IsTextOrNull(body, "reason", ReleaseProgress.MaxReasonLength)
                ? $"reason: it is null or a text of at most {ReleaseProgress.MaxReasonLength} characters"
            : !IsTextOrNull(body, "evidence", ReleaseProgress.MaxEvidenceLength)
                ? $"evidence: it is null or a text of at most {ReleaseProgress.MaxEvidenceLength} characters"
            : !DateTimeOffset.TryParse(Text(body, "at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at)
                ? "at: it is a time by RFC 3339"
            : null;
        if (error is not null)
        {
            return false;
        }

        progress = new ReleaseProgress
        {
            Kind = kind,
            Name = name!,
            Generation = generation,
            Digest = digest!,
            Stage = stage,
            Share = share,
            Reason = Text(body, "reason"),
            Evidence = Text(body, "evidence"),
            At = at.ToUniversalTime(),
        };
        return true;
    }

    private static bool TryStage(string? name, out ReleaseStage stage)
    {
        foreach (var known in Enum.GetValues<ReleaseStage>())
        {
            if (NameOf(known) == name)
            {
                stage = known;
                return true;
            }
        }

        stage = default;
        return false;
    }

    private static string? Cut(string? text, int length) => text?.Length > length ? $"{text.AsSpan(0, length - 1)}…" : text;

    private static string? Text(JsonElement body, string member) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static JsonElement? Number(JsonElement body, string member) =>
        body.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number ? value : null;

    private static bool IsTextOrNull(JsonElement body, string member, int length) =>
        !body.TryGetProperty(member, out var value)
        || value.ValueKind == JsonValueKind.Null
        || (value.ValueKind == JsonValueKind.String && value.GetString()!.Length <= length);
}
