namespace Holdfast.Model.StatusPage;

/// <summary>How far an incident or a scheduled maintenance is.</summary>
public enum IncidentStatus
{
    /// <summary><c>investigating</c></summary>
    Investigating,

    /// <summary><c>identified</c></summary>
    Identified,

    /// <summary><c>monitoring</c>: a fix is in place and watched.</summary>
    Monitoring,

    /// <summary><c>resolved</c>: over.</summary>
    Resolved,

    /// <summary><c>postmortem</c>: over, and what happened is written up.</summary>
    Postmortem,

    /// <summary><c>scheduled</c>: a maintenance to come.</summary>
    Scheduled,

    /// <summary><c>in_progress</c>: a maintenance under way.</summary>
    InProgress,

    /// <summary><c>verifying</c>: a maintenance that is done and watched.</summary>
    Verifying,

    /// <summary><c>completed</c>: a maintenance that is over.</summary>
    Completed,
}

/// <summary>What the stages of incidents mean.</summary>
public static class IncidentStatuses
{
    /// <summary>Whether it belongs to a scheduled maintenance.</summary>
    public static bool IsMaintenance(this IncidentStatus status) => status >= IncidentStatus.Scheduled;

    /// <summary>Whether nothing is wrong any more.</summary>
    public static bool IsOver(this IncidentStatus status) =>
        status is IncidentStatus.Resolved or IncidentStatus.Postmortem or IncidentStatus.Completed;
}
