using Holdfast.Status.Incidents;

namespace Holdfast.Status.Storage;

/// <summary>What operators have beside incidents.</summary>
internal sealed partial class StatusDatabase
{
    /// <summary>Every template, by name.</summary>
    public List<IncidentTemplate> Templates() =>
        [
            .. Documents("SELECT body FROM template", StatusJson.Default.IncidentTemplate)
                .OrderBy(one => one.Name, StringComparer.OrdinalIgnoreCase),
        ];

    /// <summary>Notes of an incident, newest first.</summary>
    public List<NoteRow> Notes(string incidentId) =>
        Rows(
            "SELECT id, incident, at, who, body FROM note WHERE incident = $incident ORDER BY at DESC, rowid DESC",
            reader => new NoteRow(reader.GetString(0), reader.GetString(1), Time(reader, 2), reader.GetString(3), reader.GetString(4)),
            ("$incident", incidentId)
        );
}
