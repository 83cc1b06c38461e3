using Holdfast.Model.StatusPage;
using Holdfast.Status.Incidents;
using Holdfast.Status.Storage;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.Operating;

/// <summary>Notes, templates and merging.</summary>
internal sealed partial class OperatorEndpoints
{
    private readonly NoteDesk notes = new(store);
    private readonly TemplateDesk templates = new(store);
    private readonly IncidentMerge merge = new(store);

    private void MapNotes(IEndpointRouteBuilder routes)
    {
        const string incident = Root + "/incidents/{id}";
        Act(
            routes,
            incident + "/notes",
            visit =>
            {
                notes.Add(Name(visit), visit.Id, visit.Sent!.Required("note", StatusPageLimits.BodyLength));
                return $"{Root}/incidents/{visit.Id}?done=saved";
            },
            IncidentAsync
        );
        Act(
            routes,
            incident + "/merge",
            visit => $"{Root}/incidents/{merge.Merge(Name(visit), visit.Id, visit.Sent!.Required("into", 50)).Id}?done=saved",
            IncidentAsync
        );

        const string all = Root + "/templates";
        Page(
            routes,
            all,
            TemplatesAsync,
            visit =>
            {
                var sent = visit.Sent!;
                templates.Create(
                    Name(visit),
                    new IncidentTemplate
                    {
                        Id = StatusIds.New(),
                        Name = sent.Required("template", StatusPageLimits.NameLength),
                        Title = sent.Required("name", StatusPageLimits.TitleLength),
                        Body = sent.Required("body", StatusPageLimits.BodyLength),
                        Status = sent.Choice<IncidentStatus>("status") ?? IncidentStatus.Investigating,
                    }
                );
                return Task.FromResult<string?>(all + "?done=saved");
            }
        );
        Act(
            routes,
            all + "/{id}/remove",
            visit =>
            {
                templates.Remove(Name(visit), visit.Id);
                return all + "?done=removed";
            },
            TemplatesAsync
        );
    }

    private Task<byte[]> TemplatesAsync(Visit visit) => RenderAsync<TemplatesPage>(visit, templates.All);
}
