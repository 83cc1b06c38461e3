using System.Text.Json;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Incidents;
using Holdfast.Status.ReadApi;
using Holdfast.Status.Storage;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.WriteApi;

/// <summary>Notes, templates and merging.</summary>
internal sealed partial class WriteEndpoints
{
    private readonly NoteDesk notes = new(store);
    private readonly TemplateDesk templates = new(store);
    private readonly IncidentMerge merge = new(store);

    private void MapNotes(IEndpointRouteBuilder routes)
    {
        const string incident = "/v1/pages/{page}/incidents/{id}";
        Add(routes, "GET", incident + "/notes", call => Each(notes.Of(call.Id), Note));
        Add(
            routes,
            "POST",
            incident + "/notes",
            call =>
            {
                var body = Form.Read(call.Body, "note", form => form.Required("body", StatusPageLimits.BodyLength));
                var note = notes.Add(call.Who, call.Id, body);
                return Json(json => Note(json, note), 201);
            }
        );
        Add(
            routes,
            "POST",
            incident + "/merge",
            call =>
                Incident(
                    merge.Merge(
                        call.Who,
                        call.Id,
                        Form.Read(call.Body, "incident", form => form.Required("into", StatusPageLimits.NameLength))
                    )
                )
        );

        const string all = "/v1/pages/{page}/incident_templates";
        Add(routes, "GET", all, _ => Each(templates.All, Template));
        Add(
            routes,
            "POST",
            all,
            call =>
            {
                var template = templates.Create(call.Who, Form.Read(call.Body, "template", TemplateDesk.Read));
                return Json(json => Template(json, template), 201);
            }
        );
        Add(
            routes,
            "DELETE",
            all + "/{id}",
            call =>
            {
                templates.Remove(call.Who, call.Id);
                return new Answer(204, []);
            }
        );
    }

    private static void Note(Utf8JsonWriter json, NoteRow note)
    {
        json.WriteStartObject();
        json.WriteString("id", note.Id);
        json.WriteString("incident_id", note.IncidentId);
        V2Writer.Time(json, "created_at", note.At);
        json.WriteString("who", note.Who);
        json.WriteString("body", note.Body);
        json.WriteEndObject();
    }

    private static void Template(Utf8JsonWriter json, IncidentTemplate template)
    {
        json.WriteStartObject();
        json.WriteString("id", template.Id);
        json.WriteString("name", template.Name);
        json.WriteString("title", template.Title);
        json.WriteString("body", template.Body);
        json.WriteString("update_status", StatusWords<IncidentStatus>.Of(template.Status));
        json.WriteEndObject();
    }
}
