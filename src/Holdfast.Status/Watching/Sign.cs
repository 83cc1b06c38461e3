using Holdfast.Status.Detection;

namespace Holdfast.Status.Watching;

/// <summary>What a sign is.</summary>
internal enum SignKind
{
    /// <summary><c>edge_errors</c>: the edge answers with errors of its own, which is our fault.</summary>
    EdgeErrors,

    /// <summary><c>not_answering</c>: an edge's management listener does not answer, which is our fault.</summary>
    NotAnswering,

    /// <summary><c>check_failed</c>: a look at an address failed; by itself that says not whose fault it is.</summary>
    CheckFailed,

    /// <summary><c>origin_errors</c>: a site's own servers fail.</summary>
    OriginErrors,

    /// <summary><c>fewer_requests</c>: fewer visitors come than usual.</summary>
    FewerRequests,

    /// <summary><c>slow_origin</c>: a site's own servers keep more requests waiting than usual.</summary>
    SlowOrigin,

    /// <summary><c>slow_edge</c>: the edge itself keeps more requests waiting than usual.</summary>
    SlowEdge,

    /// <summary><c>module_faults</c>: a module of the edge fails, and requests go on in its declared mode.</summary>
    ModuleFaults,

    /// <summary><c>release_out</c>: an edge refused a release, or went back from one.</summary>
    ReleaseOut,

    /// <summary><c>visitor_reports</c>: visitors report problems with a component; see <see cref="Reports.ReportDesk.Signs"/>.</summary>
    VisitorReports,
}

/// <summary>One thing that is not as usual, with its evidence.</summary>
internal sealed record Sign
{
    /// <summary>What it is.</summary>
    public required SignKind Kind { get; init; }

    /// <summary>Where it is seen: a watch's name.</summary>
    public required string Source { get; init; }

    /// <summary>The zone that it is about, or null.</summary>
    public string? Zone { get; init; }

    /// <summary>That zone's id, or null.</summary>
    public string? ZoneId { get; init; }

    /// <summary>Where the edge stands, or null.</summary>
    public string? Place { get; init; }

    /// <summary>The generation of the zone's release that serves there, or null.</summary>
    public long? Generation { get; init; }

    /// <summary>The release that it is about, <c>bot-features/default@7</c>, or null.</summary>
    public string? Release { get; init; }

    /// <summary>The component that it is about, or null.</summary>
    public string? ComponentId { get; init; }

    /// <summary>When it began, by the evidence.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The share of requests that fail, 0 to 1, now; for fewer requests the share that stays away.</summary>
    public double Share { get; init; }

    /// <summary>The largest share, over a minute.</summary>
    public double Peak { get; init; }

    /// <summary>The ordinary share.</summary>
    public double Ordinary { get; init; }

    /// <summary>Requests that failed since it began.</summary>
    public double Failed { get; init; }

    /// <summary>What a look said, or what the errors are.</summary>
    public string? Said { get; init; }

    /// <summary>The error that more than half of those of the last minute are, <c>origin_refused</c>; null where there is none, or it is not known.</summary>
    public string? Cause { get; init; }

    /// <summary>Whether it is past its worst.</summary>
    public bool IsFalling { get; init; }

    /// <summary>An alarm as a sign.</summary>
    public static Sign Of(Alarm alarm, SignKind kind, string source, string? zone = null, string? componentId = null)
    {
        var fewer = kind == SignKind.FewerRequests;
        double Share(double level) => fewer ? Math.Clamp(1 - (level / Math.Max(1e-9, alarm.Ordinary)), 0, 1) : level;
        return new Sign
        {
            Kind = kind,
            Source = source,
            Zone = zone,
            ComponentId = componentId,
            Since = DateTimeOffset.FromUnixTimeSeconds(alarm.Since),
            Share = Share(alarm.Present),
            Peak = Share(alarm.Peak),
            Ordinary = fewer ? 0 : alarm.Ordinary,
            Failed = Math.Round(fewer ? Math.Max(0, alarm.Total - alarm.Events) : alarm.Events),
            IsFalling = alarm.IsFalling,
        };
    }
}
