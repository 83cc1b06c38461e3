using System.Collections.Immutable;
using Holdfast.Cache.Compression;
using Holdfast.Edge.Requests;
using Holdfast.Model.Rulesets;

namespace Holdfast.Edge.Compression;

/// <summary>In which codings an answer may go out, and in which order they are tried. Immutable.</summary>
internal sealed class CompressionChoice
{
    private readonly ImmutableArray<ContentCoding> _codings;
    private readonly CompressionAlgorithm _last;

    /// <summary>Of a rule's algorithms.</summary>
    public CompressionChoice(ImmutableArray<CompressionAlgorithm> algorithms)
    {
        _codings =
        [
            .. algorithms
                .Where(algorithm => algorithm >= CompressionAlgorithm.Gzip)
                .Select(algorithm =>
                    algorithm switch
                    {
                        CompressionAlgorithm.Gzip => ContentCoding.Gzip,
                        CompressionAlgorithm.Brotli => ContentCoding.Brotli,
                        _ => ContentCoding.Zstd,
                    }
                ),
        ];
        _last = algorithms[^1] is var last and (CompressionAlgorithm.Auto or CompressionAlgorithm.Default)
            ? last
            : CompressionAlgorithm.None;
    }

    /// <summary>What the zone's settings say, where no rule has a word.</summary>
    public static CompressionChoice Default { get; } = new([CompressionAlgorithm.Default]);

    /// <summary>None.</summary>
    public static CompressionChoice None { get; } = new([CompressionAlgorithm.None]);

    /// <summary>
    /// That of a request: what rules said last, else what its zone says. An answer to a lower edge goes out as it is, because that one compresses
    /// it for its visitor.
    /// </summary>
    public static CompressionChoice Of(EdgeRequest request) =>
        request.Lower is not null || request.Zone is null ? None
        : request.Rules?.Compression is { } said ? said
        : Default;

    /// <summary>Whether an answer can be compressed at all.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isUsual">Whether its type is one that is compressed without a rule.</param>
    public bool IsFor(EdgeRequest request, bool isUsual) =>
        !_codings.IsEmpty
        || _last == CompressionAlgorithm.Auto
        || (_last == CompressionAlgorithm.Default && isUsual && request.Zone!.Settings.Compression);

    /// <summary>The coding for a visitor.</summary>
    /// <param name="request">The request.</param>
    /// <param name="accepted">The value of Accept-Encoding.</param>
    /// <param name="isUsual">Whether the answer's type is one that is compressed without a rule.</param>
    public ContentCoding For(EdgeRequest request, ReadOnlySpan<byte> accepted, bool isUsual)
    {
        foreach (var coding in _codings)
        {
            if (ContentCodings.Takes(accepted, coding))
            {
                return coding;
            }
        }

        return _last switch
        {
            CompressionAlgorithm.Auto => ContentCodings.Choose(accepted, brotli: true),
            CompressionAlgorithm.Default when isUsual && request.Zone!.Settings is { Compression: true } settings => ContentCodings.Choose(
                accepted,
                settings.Brotli
            ),
            _ => ContentCoding.Identity,
        };
    }
}
