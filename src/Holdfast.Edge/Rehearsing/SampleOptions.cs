namespace Holdfast.Edge.Rehearsing;

/// <summary>How much an edge keeps of recent requests, to rehearse changes with them. Setting <c>edge.request_samples</c>.</summary>
internal sealed record SampleOptions
{
    /// <summary>Most bytes on the disk; the oldest go first. Default 32 MiB: with the other limits some hours of a busy edge.</summary>
    public long DiskBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>Most requests. Default 20,000.</summary>
    public int Count { get; init; } = 20_000;

    /// <summary>Shortest time between two samples of the edge. Default 20 ms, so that sampling costs a thousandth of a core at most.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Shortest time between two samples of one zone, so that a busy one does not drive out the others. Default 250 ms.</summary>
    public TimeSpan ZoneInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Most bytes of a request's head; of a longer one nothing is kept. Default 32 KiB.</summary>
    public int HeadBytes { get; init; } = 32 * 1024;

    /// <summary>Most bytes of a body, its beginning. Default 8 KiB.</summary>
    public int BodyBytes { get; init; } = 8 * 1024;
}
