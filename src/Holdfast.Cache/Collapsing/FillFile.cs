namespace Holdfast.Cache.Collapsing;

/// <summary>A file that a body goes to as it arrives, and is read from meanwhile. One writer, many readers. What the disk refuses is counted.</summary>
internal abstract class FillFile : IDisposable
{
    /// <summary>How far behind a reader may be, bytes.</summary>
    public abstract long Size { get; }

    /// <summary>Writes a piece of the body; false when there is no room for it.</summary>
    public abstract ValueTask<bool> WriteAsync(long offset, ReadOnlyMemory<byte> piece);

    /// <summary>Reads from an offset on; may be less than asked for.</summary>
    /// <returns>How many bytes; 0 when the disk cannot be read.</returns>
    public abstract ValueTask<int> ReadAsync(long offset, Memory<byte> into);

    /// <summary>Nobody reads it or writes to it any more.</summary>
    public abstract void Dispose();
}
