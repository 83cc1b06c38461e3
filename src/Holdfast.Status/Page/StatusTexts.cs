using Holdfast.Model.StatusPage;

namespace Holdfast.Status.Page;

/// <summary>The states in words for people, and the letter of their look.</summary>
internal static class StatusTexts
{
    public static string Text(ComponentStatus status) =>
        status switch
        {
            ComponentStatus.Operational => "Operational",
            ComponentStatus.UnderMaintenance => "Under maintenance",
            ComponentStatus.DegradedPerformance => "Degraded performance",
            ComponentStatus.PartialOutage => "Partial outage",
            _ => "Major outage",
        };

    public static string Text(IncidentStatus status) =>
        status switch
        {
            IncidentStatus.InProgress => "In progress",
            IncidentStatus.Postmortem => "Post-mortem",
            _ => status.ToString(),
        };

    public static string Text(IncidentImpact impact) =>
        impact switch
        {
            IncidentImpact.Critical => "Critical impact",
            IncidentImpact.Major => "Major impact",
            IncidentImpact.Minor => "Minor impact",
            IncidentImpact.Maintenance => "Maintenance",
            _ => "No impact",
        };

    /// <summary>The class of a state's look in the style sheet.</summary>
    public static string Look(ComponentStatus status) => Look(IncidentImpacts.Of(status));

    /// <summary>The class of an impact's look in the style sheet.</summary>
    public static string Look(IncidentImpact impact) =>
        impact switch
        {
            IncidentImpact.Critical => "critical",
            IncidentImpact.Major => "major",
            IncidentImpact.Minor => "minor",
            IncidentImpact.Maintenance => "maintenance",
            _ => "good",
        };

    /// <summary>A shape for each look, so that colour is never the only sign.</summary>
    public static string Sign(string look) =>
        look switch
        {
            "critical" => "✕",
            "major" => "▲",
            "minor" => "◆",
            "maintenance" => "⚒",
            _ => "✓",
        };
}
