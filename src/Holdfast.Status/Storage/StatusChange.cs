using System.Text.Json;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Drafts;
using Holdfast.Status.Subscribers;

namespace Holdfast.Status.Storage;

/// <summary>One change while it is made up: it reads what is, and gathers what is to be; see <see cref="StatusStore.Change"/>.</summary>
/// <param name="state">What is.</param>
/// <param name="now">The time of the change.</param>
/// <param name="who">Who makes it.</param>
/// <param name="stored">Finds an incident that is too old to be in <paramref name="state"/>.</param>
internal sealed class StatusChange(StatusPageState state, DateTimeOffset now, string who, Func<string, Incident?> stored)
{
    private readonly List<Action<StatusTransaction>> writes = [];

    /// <summary>What is to be, so far.</summary>
    public StatusPageState State { get; private set; } = state;

    /// <summary>The time of the change, to the millisecond.</summary>
    public DateTimeOffset Now { get; } = now;

    /// <summary>The page's profile, so far.</summary>
    public StatusPageProfile Profile => State.Profile;

    /// <summary>Whether nothing is to change.</summary>
    public bool IsEmpty => writes.Count == 0;

    /// <summary>A component or group by its id, or null.</summary>
    public Component? Component(string id) => State.Components.FirstOrDefault(component => component.Id == id);

    /// <summary>An incident by its id, however old, or null.</summary>
    public Incident? Incident(string id) => State.Incidents.FirstOrDefault(incident => incident.Id == id) ?? stored(id);

    /// <summary>Sets the profile.</summary>
    public void Put(StatusPageProfile profile)
    {
        var before = JsonSerializer.Serialize(State.Profile, StatusJson.Default.StatusPageProfile);
        State = State with { Profile = profile };
        Audit("page.update", profile.Id, before, JsonSerializer.Serialize(profile, StatusJson.Default.StatusPageProfile));
    }

    /// <summary>Adds or replaces a component.</summary>
    public void Put(Component component)
    {
        var before = Component(component.Id);
        if (before == component)
        {
            return;
        }

        if (!component.IsGroup && before?.Status != component.Status)
        {
            writes.Add(transaction => transaction.Changed(component.Id, before is null ? component.StartedAt : Now, component.Status));
        }

        State = State with { Components = [.. State.Components.Where(other => other.Id != component.Id), component] };
        writes.Add(transaction => transaction.Put(component));
        Audit(before is null ? "component.create" : "component.update", component.Id, Json(before), Json(component));
    }

    /// <summary>Removes a component.</summary>
    public void Remove(Component component)
    {
        State = State with { Components = [.. State.Components.Where(other => other.Id != component.Id)] };
        writes.Add(transaction => transaction.RemoveComponent(component.Id));
        Audit("component.delete", component.Id, Json(component), null);
    }

    /// <summary>Adds or replaces an incident.</summary>
    public void Put(Incident incident)
    {
        var before = Incident(incident.Id);
        State = State with { Incidents = [incident, .. State.Incidents.Where(other => other.Id != incident.Id)] };
        writes.Add(transaction => transaction.Put(incident));
        Audit(before is null ? "incident.create" : "incident.update", incident.Id, Json(before), Json(incident));
    }

    /// <summary>Adds or replaces a draft, together with the incident that it became.</summary>
    public void Put(Draft draft) => writes.Add(transaction => transaction.Put(draft));

    /// <summary>Tells subscribers of an incident's newest update: what is written with the change is sent, whatever dies then.</summary>
    public void Tell(Incident incident)
    {
        var what = JsonSerializer.Serialize(Happening.Of(State, incident), StatusJson.Default.Happening);
        var components = JsonSerializer.Serialize(incident.ComponentIds, StatusJson.Default.ImmutableArrayString);
        writes.Add(transaction => transaction.Queue(StatusIds.New(), what, components, Now));
    }

    /// <summary>Removes an incident; the audit log keeps what it said.</summary>
    public void Remove(Incident incident)
    {
        State = State with { Incidents = [.. State.Incidents.Where(other => other.Id != incident.Id)] };
        writes.Add(transaction => transaction.RemoveIncident(incident.Id));
        Audit("incident.delete", incident.Id, Json(incident), null);
    }

    /// <summary>Writes what was gathered.</summary>
    public void Apply(StatusTransaction transaction)
    {
        foreach (var write in writes)
        {
            write(transaction);
        }
    }

    private void Audit(string action, string subject, string? before, string? after) =>
        writes.Add(transaction => transaction.Audit(Now, who, action, subject, before, after));

    private static string? Json(Component? component) =>
        component is null ? null : JsonSerializer.Serialize(component, StatusJson.Default.Component);

    private static string? Json(Incident? incident) =>
        incident is null ? null : JsonSerializer.Serialize(incident, StatusJson.Default.Incident);
}
