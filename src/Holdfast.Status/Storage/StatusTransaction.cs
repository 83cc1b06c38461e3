using System.Text.Json;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Drafts;
using Holdfast.Status.Watching;
using Microsoft.Data.Sqlite;

namespace Holdfast.Status.Storage;

/// <summary>What can be written; see <see cref="StatusDatabase.Write"/>.</summary>
internal sealed partial class StatusTransaction(SqliteConnection connection, SqliteTransaction transaction)
{
    /// <summary>Sets the page's profile.</summary>
    public void Put(StatusPageProfile profile) =>
        Run(
            "INSERT INTO page (id, body) VALUES ($id, $body) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            ("$id", profile.Id),
            ("$body", JsonSerializer.Serialize(profile, StatusJson.Default.StatusPageProfile))
        );

    /// <summary>Adds or replaces a component.</summary>
    public void Put(Component component) =>
        Run(
            "INSERT INTO component (id, body) VALUES ($id, $body) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            ("$id", component.Id),
            ("$body", JsonSerializer.Serialize(component, StatusJson.Default.Component))
        );

    /// <summary>Adds or replaces an incident.</summary>
    public void Put(Incident incident) =>
        Run(
            """
            INSERT INTO incident (id, started_at, over, body) VALUES ($id, $started, $over, $body)
            ON CONFLICT (id) DO UPDATE SET started_at = excluded.started_at, over = excluded.over, body = excluded.body
            """,
            ("$id", incident.Id),
            ("$started", incident.StartedAt.ToUnixTimeMilliseconds()),
            ("$over", incident.Status.IsOver() ? 1 : 0),
            ("$body", JsonSerializer.Serialize(incident, StatusJson.Default.Incident))
        );

    /// <summary>Removes a component; its past states stay.</summary>
    public void RemoveComponent(string id) => Run("DELETE FROM component WHERE id = $id", ("$id", id));

    /// <summary>Removes an incident.</summary>
    public void RemoveIncident(string id) => Run("DELETE FROM incident WHERE id = $id", ("$id", id));

    /// <summary>A component's state from then on.</summary>
    public void Changed(string component, DateTimeOffset at, ComponentStatus status) =>
        Run(
            "INSERT INTO component_change (component, at, status) VALUES ($component, $at, $status)",
            ("$component", component),
            ("$at", at.ToUnixTimeMilliseconds()),
            ("$status", StatusWords<ComponentStatus>.Of(status))
        );

    /// <summary>Adds or replaces a watch.</summary>
    public void Put(Watch watch) =>
        Run(
            "INSERT INTO watch (id, body) VALUES ($id, $body) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            ("$id", watch.Id),
            ("$body", JsonSerializer.Serialize(watch, StatusJson.Default.Watch))
        );

    /// <summary>Removes a watch.</summary>
    public void RemoveWatch(string id) => Run("DELETE FROM watch WHERE id = $id", ("$id", id));

    /// <summary>Adds or replaces a draft.</summary>
    public void Put(Draft draft) =>
        Run(
            """
            INSERT INTO draft (id, opened_at, active, body) VALUES ($id, $opened, $active, $body)
            ON CONFLICT (id) DO UPDATE SET active = excluded.active, body = excluded.body
            """,
            ("$id", draft.Id),
            ("$opened", draft.OpenedAt.ToUnixTimeMilliseconds()),
            ("$active", draft.State == DraftState.Over ? 0 : 1),
            ("$body", JsonSerializer.Serialize(draft, StatusJson.Default.Draft))
        );

    /// <summary>What a detector has learned.</summary>
    public void KeepLearned(string key, DateTimeOffset at, byte[] learned) =>
        Run(
            """
            INSERT INTO learned (key, kept_at, body) VALUES ($key, $at, $body)
            ON CONFLICT (key) DO UPDATE SET kept_at = excluded.kept_at, body = excluded.body
            """,
            ("$key", key),
            ("$at", at.ToUnixTimeMilliseconds()),
            ("$body", learned)
        );

    /// <summary>Forgets what was learned and is not kept up any more.</summary>
    public void ForgetLearned(DateTimeOffset before) =>
        Run("DELETE FROM learned WHERE kept_at < $before", ("$before", before.ToUnixTimeMilliseconds()));

    /// <summary>Any statement.</summary>
    public void Run(string sql, params (string Name, object Value)[] parameters)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        command.ExecuteNonQuery();
    }
}
