namespace Holdfast.Cache.Disk;

/// <summary>What is counted of a <see cref="DiskStore"/> since it was opened. Thread-safe.</summary>
public sealed class DiskCounters
{
    private long _hits;
    private long _written;
    private long _dropped;
    private long _damaged;
    private long _refused;
    private long _slow;

    /// <summary>Responses that were found on the disk.</summary>
    public long Hits => Volatile.Read(ref _hits);

    /// <summary>Responses that were written.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Responses that were not written: too much was waiting, or the disk does not take anything.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Reads that did not bring what was written: bit rot, a file cut off, an error of the disk.</summary>
    public long DamagedReads => Volatile.Read(ref _damaged);

    /// <summary>Writes that the disk refused: it is full, read-only, or gone.</summary>
    public long RefusedWrites => Volatile.Read(ref _refused);

    /// <summary>Reads that took too long, and those that were not begun because of others.</summary>
    public long SlowReads => Volatile.Read(ref _slow);

    internal void Hit() => Interlocked.Increment(ref _hits);

    internal void Wrote(int count) => Interlocked.Add(ref _written, count);

    internal void Drop(int count = 1) => Interlocked.Add(ref _dropped, count);

    internal void Damaged() => Interlocked.Increment(ref _damaged);

    internal void Refused() => Interlocked.Increment(ref _refused);

    internal void Slow() => Interlocked.Increment(ref _slow);
}
