using System.Globalization;
using System.Text.Json;
using Holdfast.Status.Storage;

namespace Holdfast.Status.Incidents;

/// <summary>What operators write down about an incident for each other. It is on no page, feed or document that others can read.</summary>
internal sealed class NoteDesk(StatusStore store)
{
    /// <summary>Notes of one incident.</summary>
    public const int Most = 1_000;

    /// <summary>Notes of an incident, newest first.</summary>
    public List<NoteRow> Of(string incidentId) => store.Read(database => database.Notes(incidentId));

    /// <summary>Writes one down; it is not changed afterwards.</summary>
    /// <exception cref="StatusProblem">There is no such incident, or it has too many.</exception>
    public NoteRow Add(string who, string incidentId, string body)
    {
        if (store.Incident(incidentId) is null)
        {
            throw StatusProblem.Missing("incident", incidentId);
        }

        if (Of(incidentId).Count >= Most)
        {
            throw StatusProblem.Invalid(
                "note",
                string.Create(CultureInfo.InvariantCulture, $"the incident has {Most} notes, which is the most")
            );
        }

        NoteRow note = null!;
        store.Write(
            (transaction, now) =>
            {
                note = new NoteRow(StatusIds.New(), incidentId, now, who, body);
                transaction.Add(note);
                transaction.Audit(now, who, "note.create", incidentId, null, JsonSerializer.Serialize(body, StatusJson.Default.String));
            }
        );
        return note;
    }
}
