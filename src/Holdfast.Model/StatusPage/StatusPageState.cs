using System.Collections.Immutable;

namespace Holdfast.Model.StatusPage;

/// <summary>Everything that the first view of a status page is made from; immutable, replaced as a whole.</summary>
public sealed record StatusPageState
{
    /// <summary>Whose page it is.</summary>
    public required StatusPageProfile Profile { get; init; }

    /// <summary>Groups and components, in no order.</summary>
    public ImmutableArray<Component> Components { get; init; } = [];

    /// <summary>Incidents and maintenances that are not over, and the latest of those that are; newest first.</summary>
    public ImmutableArray<Incident> Incidents { get; init; } = [];

    /// <summary>Incidents that are not over.</summary>
    public IEnumerable<Incident> Unresolved => Incidents.Where(incident => !incident.IsMaintenance && !incident.Status.IsOver());

    /// <summary>Maintenances that are to come or under way, soonest first.</summary>
    public IEnumerable<Incident> Maintenances =>
        Incidents.Where(incident => incident.IsMaintenance && !incident.Status.IsOver()).OrderBy(incident => incident.ScheduledFor);

    /// <summary>Groups, and components that are in none, by place.</summary>
    public IEnumerable<Component> Top => Ordered(Components.Where(component => component.GroupId is null));

    /// <summary>The components of a group, by place.</summary>
    public IEnumerable<Component> MembersOf(Component group) => Ordered(Components.Where(component => component.GroupId == group.Id));

    /// <summary>How a component does; a group does as its worst member, an empty one well.</summary>
    public ComponentStatus StatusOf(Component component) =>
        component.IsGroup
            ? MembersOf(component).Select(member => member.Status).DefaultIfEmpty(ComponentStatus.Operational).Max()
            : component.Status;

    /// <summary>How bad it is as a whole: the worst of all components, and of all incidents that are not over.</summary>
    public IncidentImpact Indicator
    {
        get
        {
            var components = Components.Select(component => IncidentImpacts.Of(StatusOf(component)));
            var incidents = Unresolved.Select(incident => incident.Impact);
            var maintenances = Maintenances
                .Where(maintenance => maintenance.Status != IncidentStatus.Scheduled)
                .Select(_ => IncidentImpact.Maintenance);
            return components.Concat(incidents).Concat(maintenances).DefaultIfEmpty(IncidentImpact.None).Max();
        }
    }

    private static IOrderedEnumerable<Component> Ordered(IEnumerable<Component> components) =>
        components.OrderBy(component => component.Position).ThenBy(component => component.Name, StringComparer.Ordinal);
}
