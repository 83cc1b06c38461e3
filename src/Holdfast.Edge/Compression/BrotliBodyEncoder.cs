using System.Buffers;
using System.IO.Compression;

namespace Holdfast.Edge.Compression;

/// <summary>br (RFC 7932). The framework's stream cannot be given a window, which would be 4 MiB.</summary>
internal sealed class BrotliBodyEncoder(int quality) : BodyEncoder
{
    private const int Room = 4096;

    private BrotliEncoder _encoder = new(quality, WindowLog);

    /// <inheritdoc/>
    public override void Dispose() => _encoder.Dispose();

    /// <inheritdoc/>
    protected override void Encode(ReadOnlySpan<byte> bytes) => Run(bytes, isLast: false);

    /// <inheritdoc/>
    protected override void EncodeEnd() => Run(default, isLast: true);

    /// <inheritdoc/>
    protected override void EncodeFlush()
    {
        OperationStatus status;
        do
        {
            status = _encoder.Flush(Buffer.GetSpan(Room), out var written);
            Buffer.Advance(written);
        } while (status == OperationStatus.DestinationTooSmall);
    }

    private void Run(ReadOnlySpan<byte> bytes, bool isLast)
    {
        OperationStatus status;
        do
        {
            status = _encoder.Compress(bytes, Buffer.GetSpan(Room), out var consumed, out var written, isLast);
            Buffer.Advance(written);
            bytes = bytes[consumed..];
        } while (status == OperationStatus.DestinationTooSmall || !bytes.IsEmpty);
    }
}
