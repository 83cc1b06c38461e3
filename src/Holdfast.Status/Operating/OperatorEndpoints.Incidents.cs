using System.Globalization;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Incidents;
using Holdfast.Status.Storage;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.Operating;

/// <summary>The desk, and incidents and maintenances: opened, updated, corrected, removed.</summary>
internal sealed partial class OperatorEndpoints
{
    private void MapIncidents(IEndpointRouteBuilder routes)
    {
        const string all = Root + "/incidents";
        const string one = all + "/{id}";
        Page(routes, Root, DeskAsync);
        Page(routes, all, visit => RenderAsync<IncidentsPage>(visit));
        Page(routes, all + "/new", NewIncidentAsync, visit => Task.FromResult(Open(visit, maintenance: false)));
        Page(routes, Root + "/maintenances/new", NewMaintenanceAsync, visit => Task.FromResult(Open(visit, maintenance: true)));
        Page(routes, one, IncidentAsync, visit => Task.FromResult(Update(visit)));
        Act(
            routes,
            one + "/updates/{update}",
            visit =>
            {
                var sent = visit.Sent!;
                var update = (string)visit.Context.Request.RouteValues["update"]!;
                incidents.EditUpdate(
                    Name(visit),
                    visit.Id,
                    update,
                    sent.Required("words", StatusPageLimits.BodyLength),
                    sent.Instant("display_at", visit.View)
                );
                return $"{all}/{visit.Id}?done=saved";
            },
            IncidentAsync
        );
        Act(
            routes,
            one + "/remove",
            visit =>
            {
                if (!visit.Sent!.Flag("sure"))
                {
                    throw StatusProblem.Invalid("sure", "tick the box to remove the incident from the page");
                }

                incidents.Remove(Name(visit), visit.Id);
                return Root + "?done=removed";
            },
            IncidentAsync
        );
    }

    private void MapDrafts(IEndpointRouteBuilder routes)
    {
        const string one = Root + "/drafts/{id}";
        Page(
            routes,
            one,
            DraftAsync,
            visit =>
            {
                var sent = visit.Sent!;
                var draft = drafts.Publish(
                    Name(visit),
                    visit.Id,
                    sent.Required("name", StatusPageLimits.TitleLength),
                    sent.Required("body", StatusPageLimits.BodyLength)
                );
                return Task.FromResult<string?>($"{Root}/incidents/{draft.IncidentId}?done=posted");
            }
        );
        Act(
            routes,
            one + "/dismiss",
            visit =>
            {
                drafts.Dismiss(Name(visit), visit.Id);
                return Root + "?done=dismissed";
            },
            DraftAsync
        );
        Act(
            routes,
            one + "/accept",
            visit => $"{Root}/incidents/{drafts.Accept(Name(visit), visit.Id).IncidentId}?done=posted",
            DraftAsync
        );
    }

    private static string Name(Visit visit) => visit.Who.Operator.Email;

    private Task<byte[]> DeskAsync(Visit visit) => RenderAsync<DeskPage>(visit, new DeskView(drafts.Active, lookout.Problem));

    private Task<byte[]> DraftAsync(Visit visit) => RenderAsync<DraftPage>(visit, drafts.Find(visit.Id));

    private Task<byte[]> NewIncidentAsync(Visit visit)
    {
        var id = visit.Context.Request.Query["template"].ToString();
        return RenderAsync<NewIncidentPage>(visit, new Opening(false, templates.All, templates.All.Find(one => one.Id == id)));
    }

    private Task<byte[]> NewMaintenanceAsync(Visit visit) => RenderAsync<NewIncidentPage>(visit, new Opening(true, [], null));

    private Task<byte[]> IncidentAsync(Visit visit)
    {
        var incident = store.Incident(visit.Id) ?? throw StatusProblem.Missing("incident", visit.Id);
        var begun = incident.Status.IsOver() && visit.Context.Request.Query["postmortem"] == "draft";
        return RenderAsync<EditIncidentPage>(
            visit,
            new Editing(incident, notes.Of(incident.Id), begun ? PostMortem.Draft(incident, visit.View) : null)
        );
    }

    private string? Open(Visit visit, bool maintenance)
    {
        var sent = visit.Sent!;
        var past = !maintenance && sent.Flag("backfilled");
        var form = Read(sent) with
        {
            Name = sent.Required("name", StatusPageLimits.TitleLength),
            Body = sent.Required("body", StatusPageLimits.BodyLength),
            ScheduledFor = maintenance ? sent.Instant("scheduled_for", visit.View) ?? throw Needed("scheduled_for") : null,
            ScheduledUntil = maintenance ? sent.Instant("scheduled_until", visit.View) ?? throw Needed("scheduled_until") : null,
            Backfilled = past,
            BackfillDate = past ? sent.Instant("backfill_date", visit.View) ?? throw Needed("backfill_date") : null,
            ComponentIds = [.. sent.All("about")],
        };
        if (past)
        {
            form = form with { Status = null, Components = null };
        }

        return $"{Root}/incidents/{incidents.Create(Name(visit), form).Id}?done=posted";
    }

    private string? Update(Visit visit)
    {
        var sent = visit.Sent!;
        var form = Read(sent) with { Name = sent.Text("name", StatusPageLimits.TitleLength) };
        var before = store.Incident(visit.Id) ?? throw StatusProblem.Missing("incident", visit.Id);
        if (sent.Flag("well"))
        {
            var known = store.Current.State.Components.Where(component => !component.IsGroup && before.ComponentIds.Contains(component.Id));
            form = form with { Components = known.ToDictionary(component => component.Id, _ => ComponentStatus.Operational) };
        }

        if (form.Body is null && form.Status == before.Status)
        {
            throw StatusProblem.Invalid("body", "say something, or choose another state");
        }

        if (before.IsMaintenance)
        {
            form = form with
            {
                ScheduledFor = sent.Instant("scheduled_for", visit.View),
                ScheduledUntil = sent.Instant("scheduled_until", visit.View),
            };
        }

        incidents.Update(Name(visit), visit.Id, form);
        return $"{Root}/incidents/{visit.Id}?done=posted";
    }

    private static IncidentForm Read(Fields sent) =>
        new()
        {
            Status = sent.Choice<IncidentStatus>("status"),
            Body = sent.Text("body", StatusPageLimits.BodyLength),
            SetsImpact = sent.Raw("impact") is { Length: > 0 },
            Impact = sent.Choice<IncidentImpact>("impact"),
            Components = sent.Components(),
            NextUpdateIn = Minutes(sent),
            Tells = !sent.Flag("quiet"),
        };

    private static int? Minutes(Fields sent) =>
        sent.Raw("next_update_in") is not { Length: > 0 } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
        && minutes is >= 1 and <= StatusPageLimits.NextUpdateIn
            ? minutes
        : throw StatusProblem.Invalid(
            "next_update_in",
            string.Create(CultureInfo.InvariantCulture, $"it has to be minutes, 1 to {StatusPageLimits.NextUpdateIn}")
        );

    private static StatusProblem Needed(string name) => StatusProblem.Invalid(name, "it can't be blank");

    /// <summary>What the page of a new incident is made from.</summary>
    internal sealed record Opening(bool Maintenance, List<IncidentTemplate> Templates, IncidentTemplate? Template);

    /// <summary>What an incident's page is made from.</summary>
    /// <param name="Incident">The incident.</param>
    /// <param name="Notes">What operators wrote of it for themselves.</param>
    /// <param name="PostMortem">What its post-mortem begins with, where it is to be written now.</param>
    internal sealed record Editing(Incident Incident, List<NoteRow> Notes, string? PostMortem);
}
