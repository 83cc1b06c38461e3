namespace Holdfast.Status.Storage;

/// <summary>Who changed what.</summary>
/// <param name="Sequence">Its number, from 1.</param>
/// <param name="At">When.</param>
/// <param name="Who">The token's name, the operator's e-mail address, or <c>detector</c>.</param>
/// <param name="Action"><c>incident.update</c></param>
/// <param name="Subject">The id of what changed.</param>
/// <param name="Before">It before, JSON, or null when it was made.</param>
/// <param name="After">It after, JSON, or null when it was removed.</param>
internal sealed record AuditLine(
    long Sequence,
    DateTimeOffset At,
    string Who,
    string Action,
    string Subject,
    string? Before,
    string? After
);
