namespace Holdfast.Releases.Store;

/// <summary>Sizes of a release store.</summary>
public sealed record ReleaseStoreLimits
{
    /// <summary>Where a segment ends and the next begins. Default 64 MiB: a million zones are 25 files, and one is rewritten in a fraction of a second.</summary>
    public long SegmentBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Bytes written between two checkpoints of the index. Default 64 MiB, which a start scans in a fraction of a second.</summary>
    public long CheckpointBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Share of a full segment that must still be wanted; below it the segment is rewritten. Default a half: a disk holds at most twice what is kept.</summary>
    public double MinLiveShare { get; init; } = 0.5;
}
