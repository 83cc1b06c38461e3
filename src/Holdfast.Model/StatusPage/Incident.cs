using System.Collections.Immutable;

namespace Holdfast.Model.StatusPage;

/// <summary>Something that went wrong, or a scheduled maintenance, with what was said about it.</summary>
public sealed record Incident
{
    /// <summary>Twelve lower-case letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>Its title; see <see cref="StatusPageLimits.TitleLength"/>.</summary>
    public required string Name { get; init; }

    /// <summary>How far it is.</summary>
    public required IncidentStatus Status { get; init; }

    /// <summary>How bad it is: what was set, else the worst that its components had.</summary>
    public required IncidentImpact Impact { get; init; }

    /// <summary>The impact that a person set, or null when it follows from the components.</summary>
    public IncidentImpact? ImpactOverride { get; init; }

    /// <summary>When it was made here.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When anything about it last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it began, which may be before anybody wrote it down.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When a fix was first watched, or null.</summary>
    public DateTimeOffset? MonitoringAt { get; init; }

    /// <summary>When it was over, or null.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>When a maintenance is to begin; null for an incident.</summary>
    public DateTimeOffset? ScheduledFor { get; init; }

    /// <summary>When a maintenance is to end; null for an incident.</summary>
    public DateTimeOffset? ScheduledUntil { get; init; }

    /// <summary>The components that it is about.</summary>
    public ImmutableArray<string> ComponentIds { get; init; } = [];

    /// <summary>When the next word is promised for; null: none is.</summary>
    public DateTimeOffset? NextUpdateAt { get; init; }

    /// <summary>The incident that this one turned out to be part of; then it is on no list, and its page shows that one.</summary>
    public string? MergedInto { get; init; }

    /// <summary>What was said, newest first.</summary>
    public ImmutableArray<IncidentUpdate> Updates { get; init; } = [];

    /// <summary>Whether it is a scheduled maintenance.</summary>
    public bool IsMaintenance => ScheduledFor is not null;
}
