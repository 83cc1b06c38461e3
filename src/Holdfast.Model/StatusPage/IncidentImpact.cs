namespace Holdfast.Model.StatusPage;

/// <summary>How bad an incident is, from best to worst.</summary>
public enum IncidentImpact
{
    /// <summary><c>none</c></summary>
    None,

    /// <summary><c>maintenance</c>: planned.</summary>
    Maintenance,

    /// <summary><c>minor</c></summary>
    Minor,

    /// <summary><c>major</c></summary>
    Major,

    /// <summary><c>critical</c></summary>
    Critical,
}

/// <summary>What impacts follow from.</summary>
public static class IncidentImpacts
{
    /// <summary>The impact that a component's state amounts to.</summary>
    public static IncidentImpact Of(ComponentStatus status) =>
        status switch
        {
            ComponentStatus.MajorOutage => IncidentImpact.Critical,
            ComponentStatus.PartialOutage => IncidentImpact.Major,
            ComponentStatus.DegradedPerformance => IncidentImpact.Minor,
            ComponentStatus.UnderMaintenance => IncidentImpact.Maintenance,
            _ => IncidentImpact.None,
        };
}
