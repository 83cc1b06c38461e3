namespace Holdfast.Edge.Reporting;

/// <summary>Where the access log goes and what it may cost.</summary>
internal sealed record AccessLogOptions
{
    /// <summary>The directory, made when it is missing: <c>DATA/logs</c>.</summary>
    public required string Directory { get; init; }

    /// <summary>The edge's node name; the file is named for it: <c>edge-1.jsonl</c>.</summary>
    public required string Node { get; init; }

    /// <summary>Size in bytes past which the file is rotated. Default 100 MB (100,000,000).</summary>
    public long MaxFileBytes { get; init; } = 100_000_000;

    /// <summary>How many rotated files are kept, <c>edge-1.jsonl.1</c> being the newest. Default 5.</summary>
    public int KeptFiles { get; init; } = 5;

    /// <summary>
    /// Most memory in bytes for records that wait for the disk, beside the buffers that records are written into. Default 32 MiB:
    /// some 30,000 records. When it is used up, new records are dropped and counted. Given back when the disk has caught up.
    /// </summary>
    public int MaxQueueBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>How long a record may wait for others to be written with. Default 50 ms.</summary>
    public TimeSpan BatchDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The first pause after a failed write; it doubles up to <see cref="MaxBackOff"/>. Default 200 ms.</summary>
    public TimeSpan MinBackOff { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause between attempts to write. Default 10 s.</summary>
    public TimeSpan MaxBackOff { get; init; } = TimeSpan.FromSeconds(10);
}
