using System.Text.Json;
using Holdfast.Status.Incidents;

namespace Holdfast.Status.Storage;

/// <summary>What operators have beside incidents.</summary>
internal sealed partial class StatusTransaction
{
    /// <summary>Adds a template.</summary>
    public void Put(IncidentTemplate template) =>
        Run(
            "INSERT INTO template (id, body) VALUES ($id, $body)",
            ("$id", template.Id),
            ("$body", JsonSerializer.Serialize(template, StatusJson.Default.IncidentTemplate))
        );

    /// <summary>Removes a template.</summary>
    public void RemoveTemplate(string id) => Run("DELETE FROM template WHERE id = $id", ("$id", id));

    /// <summary>Adds a note.</summary>
    public void Add(NoteRow note) =>
        Run(
            "INSERT INTO note (id, incident, at, who, body) VALUES ($id, $incident, $at, $who, $body)",
            ("$id", note.Id),
            ("$incident", note.IncidentId),
            ("$at", note.At.ToUnixTimeMilliseconds()),
            ("$who", note.Who),
            ("$body", note.Body)
        );
}
