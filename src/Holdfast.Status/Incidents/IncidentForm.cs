using Holdfast.Model.StatusPage;
using Holdfast.Status.WriteApi;

namespace Holdfast.Status.Incidents;

/// <summary>What a request says about an incident; what it does not say stays as it is.</summary>
internal sealed record IncidentForm
{
    public string? Name { get; init; }
    public IncidentStatus? Status { get; init; }
    public string? Body { get; init; }

    /// <summary>Whether the request says anything about the impact; then null means that it follows from the components.</summary>
    public bool SetsImpact { get; init; }

    public IncidentImpact? Impact { get; init; }

    /// <summary>The states that components are to have, by their id.</summary>
    public Dictionary<string, ComponentStatus>? Components { get; init; }

    /// <summary>The components that it is about.</summary>
    public List<string>? ComponentIds { get; init; }

    public DateTimeOffset? ScheduledFor { get; init; }
    public DateTimeOffset? ScheduledUntil { get; init; }
    public bool Backfilled { get; init; }

    /// <summary>Whether subscribers are told.</summary>
    public bool Tells { get; init; } = true;

    /// <summary>Minutes until the next word; null: none is promised with these.</summary>
    public int? NextUpdateIn { get; init; }

    public DateTimeOffset? BackfillDate { get; init; }

    /// <summary>Reads Statuspage's members.</summary>
    public static IncidentForm Read(Form form) =>
        new()
        {
            Name = form.Text("name", StatusPageLimits.TitleLength),
            Status = form.Choice<IncidentStatus>("status"),
            Body = form.Text("body", StatusPageLimits.BodyLength),
            SetsImpact = form.Has("impact_override"),
            Impact = form.Choice<IncidentImpact>("impact_override"),
            Components = form.Choices<ComponentStatus>("components"),
            ComponentIds = form.Texts("component_ids", StatusPageLimits.Components),
            ScheduledFor = form.Instant("scheduled_for"),
            ScheduledUntil = form.Instant("scheduled_until"),
            Backfilled = form.Flag("backfilled") ?? false,
            Tells = form.Flag("deliver_notifications") ?? true,
            NextUpdateIn = form.Number("next_update_in", 1, StatusPageLimits.NextUpdateIn),
            BackfillDate = form.Instant("backfill_date"),
        };
}
