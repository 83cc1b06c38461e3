using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Storage;

namespace Holdfast.Status.ReadApi;

/// <summary>Writes the shapes of Statuspage's API, version 2; members and their order are that format's.</summary>
internal sealed class V2Writer(StatusPageState state)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>A document that begins with the page.</summary>
    /// <param name="rest">Writes what follows.</param>
    public byte[] Document(Action<Utf8JsonWriter> rest) =>
        Bytes(json =>
        {
            json.WriteStartObject();
            Page(json);
            rest(json);
            json.WriteEndObject();
        });

    /// <summary>Anything, as bytes.</summary>
    public static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            write(json);
        }

        return buffer.ToArray();
    }

    /// <summary><c>"status": {...}</c></summary>
    public void Status(Utf8JsonWriter json)
    {
        var status = OverallStatus.Of(state);
        json.WriteStartObject("status");
        json.WriteString("indicator", status.Indicator);
        json.WriteString("description", status.Description);
        json.WriteEndObject();
    }

    /// <summary><c>"components": [...]</c>, groups first seen before their members.</summary>
    public void Components(Utf8JsonWriter json)
    {
        json.WriteStartArray("components");
        foreach (var top in state.Top)
        {
            Component(json, top);
            foreach (var member in state.MembersOf(top))
            {
                Component(json, member);
            }
        }

        json.WriteEndArray();
    }

    /// <summary>An array of incidents or maintenances.</summary>
    public void Incidents(Utf8JsonWriter json, string name, IEnumerable<Incident> incidents)
    {
        json.WriteStartArray(name);
        foreach (var incident in incidents)
        {
            Incident(json, incident);
        }

        json.WriteEndArray();
    }

    /// <summary>A component or group.</summary>
    public void Component(Utf8JsonWriter json, Component component)
    {
        json.WriteStartObject();
        json.WriteString("id", component.Id);
        json.WriteString("name", component.Name);
        json.WriteString("status", StatusWords<ComponentStatus>.Of(state.StatusOf(component)));
        Time(json, "created_at", component.CreatedAt);
        Time(json, "updated_at", component.UpdatedAt);
        json.WriteNumber("position", component.Position);
        json.WriteString("description", component.Description);
        json.WriteBoolean("showcase", component.Showcase && !component.IsGroup);
        json.WriteString("start_date", component.StartedAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        json.WriteString("group_id", component.GroupId);
        json.WriteString("page_id", state.Profile.Id);
        json.WriteBoolean("group", component.IsGroup);
        json.WriteBoolean("only_show_if_degraded", component.OnlyShowIfDegraded);
        if (component.IsGroup)
        {
            json.WriteStartArray("components");
            foreach (var member in state.MembersOf(component))
            {
                json.WriteStringValue(member.Id);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>An incident or maintenance.</summary>
    public void Incident(Utf8JsonWriter json, Incident incident)
    {
        json.WriteStartObject();
        json.WriteString("id", incident.Id);
        json.WriteString("name", incident.Name);
        json.WriteString("status", StatusWords<IncidentStatus>.Of(incident.Status));
        Time(json, "created_at", incident.CreatedAt);
        Time(json, "updated_at", incident.UpdatedAt);
        Time(json, "monitoring_at", incident.MonitoringAt);
        Time(json, "resolved_at", incident.ResolvedAt);
        json.WriteString("impact", StatusWords<IncidentImpact>.Of(incident.Impact));
        json.WriteString("shortlink", $"{state.Profile.Url}/incidents/{incident.Id}");
        Time(json, "started_at", incident.StartedAt);
        json.WriteString("page_id", state.Profile.Id);
        json.WriteStartArray("incident_updates");
        foreach (var update in incident.Updates)
        {
            Update(json, incident, update);
        }

        json.WriteEndArray();
        json.WriteStartArray("components");
        foreach (var component in state.Components.Where(component => incident.ComponentIds.Contains(component.Id)))
        {
            Component(json, component);
        }

        json.WriteEndArray();
        json.WriteNull("reminder_intervals");
        if (incident.IsMaintenance)
        {
            Time(json, "scheduled_for", incident.ScheduledFor);
            Time(json, "scheduled_until", incident.ScheduledUntil);
        }

        json.WriteEndObject();
    }

    /// <summary>An update of an incident.</summary>
    public static void Update(Utf8JsonWriter json, Incident incident, IncidentUpdate update)
    {
        json.WriteStartObject();
        json.WriteString("id", update.Id);
        json.WriteString("status", StatusWords<IncidentStatus>.Of(update.Status));
        json.WriteString("body", update.Body);
        json.WriteString("incident_id", incident.Id);
        Time(json, "created_at", update.CreatedAt);
        Time(json, "updated_at", update.UpdatedAt);
        Time(json, "display_at", update.DisplayAt);
        if (update.AffectedComponents.IsEmpty)
        {
            json.WriteNull("affected_components");
        }
        else
        {
            json.WriteStartArray("affected_components");
            foreach (var component in update.AffectedComponents)
            {
                json.WriteStartObject();
                json.WriteString("code", component.Code);
                json.WriteString("name", component.Name);
                json.WriteString("old_status", StatusWords<ComponentStatus>.Of(component.OldStatus));
                json.WriteString("new_status", StatusWords<ComponentStatus>.Of(component.NewStatus));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteBoolean("deliver_notifications", false);
        json.WriteNull("custom_tweet");
        json.WriteNull("tweet_id");
        json.WriteEndObject();
    }

    /// <summary><c>2025-11-18T11:48:00.000Z</c>, or null.</summary>
    public static void Time(Utf8JsonWriter json, string name, DateTimeOffset? at)
    {
        if (at is { } moment)
        {
            json.WriteString(name, Text(moment));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary><c>2025-11-18T11:48:00.000Z</c></summary>
    public static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private void Page(Utf8JsonWriter json)
    {
        json.WriteStartObject("page");
        json.WriteString("id", state.Profile.Id);
        json.WriteString("name", state.Profile.Name);
        json.WriteString("url", state.Profile.Url);
        json.WriteString("time_zone", state.Profile.TimeZone);
        Time(json, "updated_at", state.Profile.UpdatedAt);
        json.WriteEndObject();
    }
}
