namespace Holdfast.Edge.Reporting;

/// <summary>How security events wait for control.</summary>
internal sealed record SecurityEventOptions
{
    /// <summary>Bytes that wait on the disk at most, the oldest go first: 16 MiB, about 20,000 events. Setting <c>edge.event_disk</c>.</summary>
    public long DiskBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How long an event may wait for others to go with: shorter than anybody would notice.</summary>
    public TimeSpan Gathering { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often the rules' counts go up.</summary>
    public TimeSpan Counting { get; init; } = TimeSpan.FromSeconds(5);
}
