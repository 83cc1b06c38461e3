namespace Holdfast.Cache.Storage;

/// <summary>The bytes of a body that lie outside their response's own array. Readable by anybody at any time without a lock.</summary>
public abstract class BodyBytes
{
    /// <summary>How many bytes the body has.</summary>
    public abstract long Length { get; }

    /// <summary>How many bytes of memory it takes.</summary>
    public abstract long Cost { get; }

    /// <summary>What lies together from this offset on; empty at the end, and where a byte is not at hand.</summary>
    public abstract ReadOnlyMemory<byte> At(long offset);
}
