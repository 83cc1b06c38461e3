using System.Collections.Immutable;
using Holdfast.Model.StatusPage;

namespace Holdfast.Status.Uptime;

/// <summary>A component's state from a moment on.</summary>
internal readonly record struct StateChange(DateTimeOffset At, ComponentStatus Status);

/// <summary>
/// A component's states over time, and the uptime that follows. As with Statuspage, a major outage counts whole, a partial one as 30%,
/// degraded performance and maintenance not at all.
/// </summary>
/// <param name="changes">Oldest first.</param>
internal sealed class ComponentHistory(ImmutableArray<StateChange> changes)
{
    /// <summary>What a second of partial outage counts for.</summary>
    public const double PartialWeight = 0.3;

    /// <summary>No change is known.</summary>
    public static ComponentHistory Empty { get; } = new([]);

    /// <summary>How long each state lasted in a span of time.</summary>
    /// <param name="from">Its beginning.</param>
    /// <param name="until">Its end, not before its beginning.</param>
    /// <param name="started">From when the component counts; what is before is not observed.</param>
    public StateTimes Times(DateTimeOffset from, DateTimeOffset until, DateTimeOffset started)
    {
        var at = from < started ? started : from;
        if (at >= until)
        {
            return default;
        }

        var times = new StateTimes { Observed = until - at };
        var status = ComponentStatus.Operational;
        foreach (var change in changes)
        {
            if (change.At > at)
            {
                var end = change.At < until ? change.At : until;
                times = times.With(status, end - at);
                at = end;
                if (change.At >= until)
                {
                    return times;
                }
            }

            status = change.Status;
        }

        return times.With(status, until - at);
    }
}

/// <summary>How long states lasted.</summary>
internal readonly record struct StateTimes
{
    /// <summary>The whole.</summary>
    public TimeSpan Observed { get; init; }

    /// <summary>In a major outage.</summary>
    public TimeSpan Major { get; init; }

    /// <summary>In a partial outage.</summary>
    public TimeSpan Partial { get; init; }

    /// <summary>With degraded performance.</summary>
    public TimeSpan Degraded { get; init; }

    /// <summary>Under maintenance.</summary>
    public TimeSpan Maintenance { get; init; }

    /// <summary>The worst state that there was.</summary>
    public ComponentStatus Worst =>
        Major > TimeSpan.Zero ? ComponentStatus.MajorOutage
        : Partial > TimeSpan.Zero ? ComponentStatus.PartialOutage
        : Degraded > TimeSpan.Zero ? ComponentStatus.DegradedPerformance
        : Maintenance > TimeSpan.Zero ? ComponentStatus.UnderMaintenance
        : ComponentStatus.Operational;

    /// <summary>The share of the time that it was up, from 0 to 1; null when nothing was observed.</summary>
    public double? Uptime => Observed > TimeSpan.Zero ? 1 - ((Major + (Partial * ComponentHistory.PartialWeight)) / Observed) : null;

    /// <summary>These times and more of one state.</summary>
    public StateTimes With(ComponentStatus status, TimeSpan more) =>
        status switch
        {
            ComponentStatus.MajorOutage => this with { Major = Major + more },
            ComponentStatus.PartialOutage => this with { Partial = Partial + more },
            ComponentStatus.DegradedPerformance => this with { Degraded = Degraded + more },
            ComponentStatus.UnderMaintenance => this with { Maintenance = Maintenance + more },
            _ => this,
        };
}
