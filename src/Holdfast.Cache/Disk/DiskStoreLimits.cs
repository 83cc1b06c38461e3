namespace Holdfast.Cache.Disk;

/// <summary>Limits of a <see cref="DiskStore"/>.</summary>
public sealed record DiskStoreLimits
{
    /// <summary>The longest segment: 64 MiB, what is lost of the coldest at once when room is needed, and one second of a slow disk's writing.</summary>
    public const int LongestSegment = 64 * 1024 * 1024;

    private const int ShortestSegment = 1024 * 1024;

    // So many segments at least, so that what goes at once is a small share.
    private const int FewestSegments = 16;

    /// <summary>
    /// What all segments together may take, bytes; 0: there is no disk store. Default 10 GiB: some hundred thousand files of a usual size,
    /// and little of what even small machines have. Setting <c>cache_disk</c>.
    /// </summary>
    public long Budget { get; init; } = 10L * 1024 * 1024 * 1024;

    /// <summary>
    /// The share of the budget that one response may take which is too large for memory: an eighth, so that no single file empties the disk.
    /// </summary>
    public int LargestShare { get; init; } = 8;

    /// <summary>
    /// The share of what is free on the disk, its own bytes counted as free, that it takes at most: a half, so that logs and releases find
    /// room whatever the budget says.
    /// </summary>
    public int FreeShare { get; init; } = 2;

    /// <summary>How long a segment becomes, bytes; a multiple of 16.</summary>
    public int SegmentBytes =>
        SegmentLength > 0 ? SegmentLength : (int)Math.Clamp(Budget / FewestSegments, ShortestSegment, LongestSegment) & ~15;

    /// <summary>Sets <see cref="SegmentBytes"/>; 0: a sixteenth of the budget, 1 to 64 MiB.</summary>
    public int SegmentLength { get; init; }

    /// <summary>
    /// What may wait to be written, bytes: 32 MiB, a third of a second of a usual disk. What comes beyond it is not written, and counted.
    /// </summary>
    public long QueueBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>
    /// Bodies up to this length are read as a whole and kept in memory; larger ones are read from the disk each time, which keeps them in
    /// memory by itself (the page cache). 1 MiB.
    /// </summary>
    public int ReadWhole { get; init; } = 1024 * 1024;

    /// <summary>How many reads of heads and small bodies may be under way at once: 64. What comes beyond it is a miss.</summary>
    public int ReadsAtOnce { get; init; } = 64;

    /// <summary>
    /// How long a request waits for a read before it goes to the origin: 1 s, by when most origins have answered. Reads then stop for
    /// <see cref="SlowPause"/>.
    /// </summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a disk that was too slow is left alone: 10 s.</summary>
    public TimeSpan SlowPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long nothing is written after the disk refused: 1 s, doubling with each refusal up to <see cref="LongestPause"/>.</summary>
    public TimeSpan ShortestPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A minute: so long it takes at most until a disk with room again is noticed.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How often the index is written down while something changes: a minute. What was appended since is read again after a crash.
    /// </summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long what still waits is written when the edge stops: 1 s, within what its supervisor waits for it.</summary>
    public TimeSpan StopTime { get; init; } = TimeSpan.FromSeconds(1);
}
