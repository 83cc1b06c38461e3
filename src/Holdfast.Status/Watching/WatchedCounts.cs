using Holdfast.Status.Detection;

namespace Holdfast.Status.Watching;

/// <summary>The detectors of an edge, or of one zone at an edge.</summary>
/// <param name="zone">The zone's name, or null for the edge as a whole.</param>
internal sealed class WatchedCounts(string? zone)
{
    private RatioDetector edgeErrors = new();
    private RatioDetector originErrors = new();
    private RatioDetector edgeSlow = new() { IsPatient = true };
    private RatioDetector originSlow = new() { IsPatient = true };
    private CountDetector requests = new();

    /// <summary>The generation of the zone's release that serves; null for the edge as a whole.</summary>
    public long? Generation { get; set; }

    /// <summary>When the edge last told of it.</summary>
    public DateTimeOffset SeenAt { get; set; }

    /// <summary>One more step; see <see cref="RatioDetector.Observe"/>.</summary>
    public void Observe(long at, double seconds, EdgeCounts more)
    {
        // A request may end between two counters' reading: never more errors than requests.
        edgeErrors.Observe(at, seconds, Math.Min(more.EdgeErrors, more.Requests), more.Requests);
        originErrors.Observe(at, seconds, Math.Min(more.OriginErrors, more.Requests), more.Requests);
        edgeSlow.Observe(at, seconds, Math.Min(more.EdgeSlow, more.Requests), more.Requests);
        originSlow.Observe(at, seconds, Math.Min(more.OriginSlow, more.Requests), more.Requests);
        requests.Observe(at, seconds, more.Requests);
    }

    /// <summary>What is not as usual.</summary>
    /// <param name="source">The edge's name.</param>
    /// <param name="componentId">The component that the edge is.</param>
    public IEnumerable<Sign> Signs(string source, string? componentId)
    {
        // One zone's trouble says little of the edge: a site that fails whole may be a hundredth of it.
        var whole = zone is null ? componentId : null;
        if (edgeErrors.Alarm is { } edge)
        {
            yield return Sign.Of(edge, SignKind.EdgeErrors, source, zone, whole);
        }

        // An edge's own sum of origin errors says nothing that its zones don't.
        if (zone is not null && originErrors.Alarm is { } origin)
        {
            yield return Sign.Of(origin, SignKind.OriginErrors, source, zone, null);
        }

        if (edgeSlow.Alarm is { } waiting)
        {
            yield return Sign.Of(waiting, SignKind.SlowEdge, source, zone, whole);
        }

        if (zone is not null && originSlow.Alarm is { } slow)
        {
            yield return Sign.Of(slow, SignKind.SlowOrigin, source, zone, null);
        }

        if (requests.Alarm is { } count && count.Present < count.Ordinary)
        {
            yield return Sign.Of(count, SignKind.FewerRequests, source, zone, whole);
        }
    }

    /// <summary>What was learned, by a name for each detector.</summary>
    public IEnumerable<(string Name, byte[] Learned)> Write() =>
        [
            ("edge", edgeErrors.Write()),
            ("origin", originErrors.Write()),
            ("edge_slow", edgeSlow.Write()),
            ("origin_slow", originSlow.Write()),
            ("requests", requests.Write()),
        ];

    /// <summary>Goes on with what was learned.</summary>
    public void Read(Func<string, byte[]?> learned)
    {
        edgeErrors = RatioDetector.Read(learned("edge"));
        originErrors = RatioDetector.Read(learned("origin"));
        edgeSlow = RatioDetector.Read(learned("edge_slow"), isPatient: true);
        originSlow = RatioDetector.Read(learned("origin_slow"), isPatient: true);
        requests = CountDetector.Read(learned("requests"));
    }
}
