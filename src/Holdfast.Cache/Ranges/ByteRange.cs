namespace Holdfast.Cache.Ranges;

/// <summary>Some bytes of a body.</summary>
/// <param name="Start">The first one.</param>
/// <param name="Length">How many.</param>
public readonly record struct ByteRange(long Start, long Length)
{
    /// <summary>The offset behind the last one.</summary>
    public long End => Start + Length;
}
