using System.IO.Compression;
using Holdfast.Cache.Compression;
using Holdfast.Edge.Requests;

namespace Holdfast.Edge.Compression;

/// <summary>
/// Puts one body into a content coding, piece by piece. What comes out lies in <see cref="Output"/> until the caller has taken it.
/// Belongs to one flow of control.
/// </summary>
internal abstract class BodyEncoder : IDisposable
{
    // What is encoded on its way to one visitor, and what is made once and kept for all: docs/performance.md has the figures.
    private static readonly (int Brotli, int Zstd, int Gzip) OnItsWay = (4, 3, 4);
    private static readonly (int Brotli, int Zstd, int Gzip) Kept = (5, 6, 6);

    /// <summary>What has come out and was not taken.</summary>
    protected ReusableBuffer Buffer { get; } = new();

    /// <summary>What has come out and was not taken. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Output => Buffer.Written.Span;

    /// <summary>Whether something has gone in that may not have come out yet.</summary>
    public bool HasPending { get; private set; }

    /// <summary>For one body.</summary>
    /// <param name="coding">The coding.</param>
    /// <param name="isKept">Whether the result is kept for many visitors, so that a smaller one is worth more work.</param>
    public static BodyEncoder Of(ContentCoding coding, bool isKept)
    {
        var levels = isKept ? Kept : OnItsWay;
        return coding switch
        {
            ContentCoding.Brotli => new BrotliBodyEncoder(levels.Brotli),
            ContentCoding.Zstd => new StreamBodyEncoder(sink => Zstd(sink, levels.Zstd)),
            _ => new StreamBodyEncoder(sink => Gzip(sink, levels.Gzip)),
        };
    }

    /// <summary>Forgets the output, which was taken.</summary>
    public void Taken() => Buffer.Clear();

    /// <summary>Takes the next bytes of the body.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            HasPending = true;
            Encode(bytes);
        }
    }

    /// <summary>Brings out everything that has gone in, so that a reader can decode it now.</summary>
    public void Flush()
    {
        HasPending = false;
        EncodeFlush();
    }

    /// <summary>Ends the body.</summary>
    public void Finish()
    {
        HasPending = false;
        EncodeEnd();
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>
    /// How far back an encoder looks, as a power of two: 256 KiB find nearly all that a larger window finds in pages and scripts, and
    /// thousands of streams at a time must fit into memory.
    /// </summary>
    protected const int WindowLog = 18;

    /// <summary>Takes bytes.</summary>
    protected abstract void Encode(ReadOnlySpan<byte> bytes);

    /// <summary>Brings out what has gone in.</summary>
    protected abstract void EncodeFlush();

    /// <summary>Ends the body.</summary>
    protected abstract void EncodeEnd();

    private static GZipStream Gzip(Stream sink, int level) =>
        new(sink, new ZLibCompressionOptions { CompressionLevel = level }, leaveOpen: true);

    private static ZstdSharp.CompressionStream Zstd(Stream sink, int level)
    {
        var stream = new ZstdSharp.CompressionStream(sink, level, leaveOpen: true);
        stream.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_windowLog, WindowLog);
        return stream;
    }
}
