using System.Collections.Frozen;
using Holdfast.Model.StatusPage;

namespace Holdfast.Status.ReadApi;

/// <summary>The documents below <c>/api/v2/</c>.</summary>
internal static class V2Documents
{
    /// <summary>Incidents and maintenances in the documents that list those that are over too: the newest so many.</summary>
    private const int Listed = 50;

    /// <summary>Every document, by its name below <c>/api/v2/</c>.</summary>
    public static FrozenDictionary<string, Func<StatusPageState, byte[]>> All { get; } =
        new Dictionary<string, Func<StatusPageState, byte[]>>
        {
            ["summary.json"] = state =>
                Write(
                    state,
                    (v2, json) =>
                    {
                        v2.Components(json);
                        v2.Incidents(json, "incidents", state.Unresolved);
                        v2.Incidents(json, "scheduled_maintenances", state.Maintenances);
                        v2.Status(json);
                    }
                ),
            ["status.json"] = state => Write(state, (v2, json) => v2.Status(json)),
            ["components.json"] = state => Write(state, (v2, json) => v2.Components(json)),
            ["incidents.json"] = state => Incidents(state, "incidents", Latest(state, maintenances: false)),
            ["incidents/unresolved.json"] = state => Incidents(state, "incidents", state.Unresolved),
            ["scheduled-maintenances.json"] = state => Incidents(state, "scheduled_maintenances", Latest(state, maintenances: true)),
            ["scheduled-maintenances/upcoming.json"] = state =>
                Incidents(
                    state,
                    "scheduled_maintenances",
                    state.Maintenances.Where(maintenance => maintenance.Status == IncidentStatus.Scheduled)
                ),
            ["scheduled-maintenances/active.json"] = state =>
                Incidents(
                    state,
                    "scheduled_maintenances",
                    state.Maintenances.Where(maintenance => maintenance.Status != IncidentStatus.Scheduled)
                ),
        }.ToFrozenDictionary();

    private static byte[] Incidents(StatusPageState state, string name, IEnumerable<Incident> incidents) =>
        Write(state, (v2, json) => v2.Incidents(json, name, incidents));

    private static byte[] Write(StatusPageState state, Action<V2Writer, System.Text.Json.Utf8JsonWriter> rest)
    {
        var v2 = new V2Writer(state);
        return v2.Document(json => rest(v2, json));
    }

    private static IEnumerable<Incident> Latest(StatusPageState state, bool maintenances) =>
        state
            .Incidents.Where(incident => incident.IsMaintenance == maintenances)
            .OrderByDescending(incident => incident.CreatedAt)
            .Take(Listed);
}
