using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Compression;

/// <summary>A stored body in content codings, each made once. Never changes.</summary>
internal sealed record EncodedBodies
{
    private const int Overhead = 48;

    /// <summary>gzip.</summary>
    public StoredBody? Gzip { get; private init; }

    /// <summary>br.</summary>
    public StoredBody? Brotli { get; private init; }

    /// <summary>zstd.</summary>
    public StoredBody? Zstd { get; private init; }

    /// <summary>How many bytes of memory they take.</summary>
    public long Cost => Overhead + (Gzip?.Cost ?? 0) + (Brotli?.Cost ?? 0) + (Zstd?.Cost ?? 0);

    /// <summary>The body in a coding, or null.</summary>
    public StoredBody? In(ContentCoding coding) =>
        coding switch
        {
            ContentCoding.Gzip => Gzip,
            ContentCoding.Brotli => Brotli,
            ContentCoding.Zstd => Zstd,
            _ => null,
        };

    /// <summary>These with one more.</summary>
    public EncodedBodies With(ContentCoding coding, StoredBody body) =>
        coding switch
        {
            ContentCoding.Gzip => this with { Gzip = body },
            ContentCoding.Brotli => this with { Brotli = body },
            _ => this with { Zstd = body },
        };
}
