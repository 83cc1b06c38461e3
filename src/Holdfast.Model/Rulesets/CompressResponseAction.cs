using System.Collections.Immutable;

namespace Holdfast.Model.Rulesets;

/// <summary>The answer is compressed in another way than the zone's.</summary>
/// <param name="Algorithms">What is tried, in this order: the first that the visitor takes. Each once, at least one.</param>
public sealed record CompressResponseAction(ImmutableArray<CompressionAlgorithm> Algorithms) : RuleAction("compress_response");

/// <summary>A way to compress an answer, or to choose one.</summary>
public enum CompressionAlgorithm
{
    /// <summary>Not at all; it stands alone.</summary>
    None,

    /// <summary>Any coding that the visitor takes; nothing comes behind it.</summary>
    Auto,

    /// <summary>As the zone's settings and the answer's type say; nothing comes behind it.</summary>
    Default,

    /// <summary><c>gzip</c>.</summary>
    Gzip,

    /// <summary><c>br</c>.</summary>
    Brotli,

    /// <summary><c>zstd</c>.</summary>
    Zstd,
}
