using Holdfast.Edge.Compression;

namespace Holdfast.Edge.Requests;

/// <summary>Takes a body in whose place another one has gone out.</summary>
internal sealed class DiscardedBody : BodyEncoder
{
    /// <inheritdoc/>
    public override void Dispose() { }

    /// <inheritdoc/>
    protected override void Encode(ReadOnlySpan<byte> bytes) { }

    /// <inheritdoc/>
    protected override void EncodeFlush() { }

    /// <inheritdoc/>
    protected override void EncodeEnd() { }
}
