namespace Holdfast.Model.StatusPage;

/// <summary>How a component does, from best to worst; the states and texts are those of Statuspage's format.</summary>
public enum ComponentStatus
{
    /// <summary><c>operational</c></summary>
    Operational,

    /// <summary><c>under_maintenance</c></summary>
    UnderMaintenance,

    /// <summary><c>degraded_performance</c></summary>
    DegradedPerformance,

    /// <summary><c>partial_outage</c></summary>
    PartialOutage,

    /// <summary><c>major_outage</c></summary>
    MajorOutage,
}
