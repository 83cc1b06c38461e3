namespace Holdfast.Cache.Storage;

/// <summary>A body that is still to come.</summary>
/// <param name="length">How many bytes it will have, or -1.</param>
internal sealed class AwaitedBody(long length) : BodyBytes
{
    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Cost => 0;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> At(long offset) => default;
}
