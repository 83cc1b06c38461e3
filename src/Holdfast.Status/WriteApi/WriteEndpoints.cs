using System.Text.Json;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Access;
using Holdfast.Status.Components;
using Holdfast.Status.Drafts;
using Holdfast.Status.Incidents;
using Holdfast.Status.Page;
using Holdfast.Status.ReadApi;
using Holdfast.Status.Reports;
using Holdfast.Status.Storage;
using Holdfast.Status.Subscribers;
using Holdfast.Status.Watching;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.WriteApi;

/// <summary>
/// The API that operators and their tools post with, below <c>/v1/pages/{page_id}</c>, in the shape of Statuspage's own. A path may end in
/// <c>.json</c>, as its clients write it.
/// </summary>
internal sealed partial class WriteEndpoints(
    StatusStore store,
    StatusTokens tokens,
    OperatorDesk operators,
    SubscriberDesk subscribers,
    WatchDesk watches,
    Lookout lookout,
    DraftDesk drafts,
    ReportDesk reports,
    TimeProvider time
)
{
    private readonly IncidentDesk incidents = new(store);
    private readonly ComponentDesk components = new(store);

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        Add(routes, "GET", "/v1/pages", _ => Json(json => json.WriteArray(() => Page(json))));
        Add(routes, "GET", "/v1/pages/{page}", _ => Json(Page));
        foreach (var method in new[] { "PATCH", "PUT" })
        {
            Add(routes, method, "/v1/pages/{page}", call => ChangePage(call));
            Add(
                routes,
                method,
                "/v1/pages/{page}/components/{id}",
                call => Component(components.Update(call.Who, call.Id, Read(call, false), false))
            );
            Add(
                routes,
                method,
                "/v1/pages/{page}/component-groups/{id}",
                call => Component(components.Update(call.Who, call.Id, Read(call, true), true))
            );
            Add(
                routes,
                method,
                "/v1/pages/{page}/incidents/{id}",
                call => Incident(incidents.Update(call.Who, call.Id, ReadIncident(call)))
            );
            Add(routes, method, "/v1/pages/{page}/incidents/{id}/incident_updates/{update}", ChangeUpdate);
        }

        MapComponents(routes, "components", group: false);
        MapComponents(routes, "component-groups", group: true);
        MapIncidents(routes);
        MapWatches(routes);
        MapDrafts(routes);
        MapProviders(routes);
        MapReports(routes);
        MapAccess(routes);
        MapNotes(routes);
        MapSubscribers(routes);
    }

    private void MapComponents(IEndpointRouteBuilder routes, string path, bool group)
    {
        Add(
            routes,
            "GET",
            $"/v1/pages/{{page}}/{path}",
            _ =>
                Json(json =>
                    json.WriteArray(() =>
                    {
                        foreach (var component in State.Components.Where(one => one.IsGroup == group).OrderBy(one => one.Position))
                        {
                            V2.Component(json, component);
                        }
                    })
                )
        );
        Add(routes, "POST", $"/v1/pages/{{page}}/{path}", call => Component(components.Create(call.Who, Read(call, group), group), 201));
        Add(
            routes,
            "GET",
            $"/v1/pages/{{page}}/{path}/{{id}}",
            call =>
                Component(
                    State.Components.FirstOrDefault(one => one.Id == call.Id && one.IsGroup == group)
                        ?? throw StatusProblem.Missing(group ? "component group" : "component", call.Id)
                )
        );
        Add(
            routes,
            "DELETE",
            $"/v1/pages/{{page}}/{path}/{{id}}",
            call =>
            {
                components.Remove(call.Who, call.Id, group);
                return new Answer(204, []);
            }
        );
    }

    private void MapIncidents(IEndpointRouteBuilder routes)
    {
        Add(routes, "POST", "/v1/pages/{page}/incidents", call => Incident(incidents.Create(call.Who, ReadIncident(call)), 201));
        Add(routes, "GET", "/v1/pages/{page}/incidents", _ => Incidents(State.Incidents));
        Add(routes, "GET", "/v1/pages/{page}/incidents/unresolved", _ => Incidents(State.Unresolved));
        Add(
            routes,
            "GET",
            "/v1/pages/{page}/incidents/upcoming",
            _ => Incidents(State.Maintenances.Where(maintenance => maintenance.Status == IncidentStatus.Scheduled))
        );
        Add(
            routes,
            "GET",
            "/v1/pages/{page}/incidents/active_maintenance",
            _ => Incidents(State.Maintenances.Where(maintenance => maintenance.Status != IncidentStatus.Scheduled))
        );
        Add(
            routes,
            "GET",
            "/v1/pages/{page}/incidents/{id}",
            call => Incident(store.Incident(call.Id) ?? throw StatusProblem.Missing("incident", call.Id))
        );
        Add(
            routes,
            "GET",
            "/v1/pages/{page}/incidents/{id}/postmortem_draft",
            call =>
            {
                var incident = store.Incident(call.Id) ?? throw StatusProblem.Missing("incident", call.Id);
                return Json(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("body", PostMortem.Draft(incident, new PageView(store.Current, time.GetUtcNow())));
                    json.WriteEndObject();
                });
            }
        );
        Add(routes, "DELETE", "/v1/pages/{page}/incidents/{id}", call => Incident(incidents.Remove(call.Who, call.Id)));
    }

    private StatusPageState State => store.Current.State;

    private V2Writer V2 => new(State);

    private Answer ChangePage(Call call)
    {
        var form = Form.Read(call.Body, "page", PageForm.Read);
        store.Change(
            call.Who,
            change =>
            {
                var after = form.Apply(change.Profile);
                if (after != change.Profile)
                {
                    change.Put(after);
                }

                return after;
            }
        );
        return Json(Page);
    }

    private Answer ChangeUpdate(Call call)
    {
        var (body, displayAt) = Form.Read(
            call.Body,
            "incident_update",
            form => (form.Text("body", StatusPageLimits.BodyLength), form.Instant("display_at"))
        );
        var update = incidents.EditUpdate(call.Who, call.Id, call.UpdateId, body, displayAt);
        return Json(json => V2Writer.Update(json, store.Incident(call.Id)!, update));
    }

    private void Page(Utf8JsonWriter json)
    {
        var profile = State.Profile;
        json.WriteStartObject();
        json.WriteString("id", profile.Id);
        json.WriteString("name", profile.Name);
        json.WriteString("url", profile.Url);
        json.WriteString("time_zone", profile.TimeZone);
        json.WriteString("support_url", profile.SupportUrl);
        json.WriteString("logo_url", profile.LogoUrl);
        json.WriteString("brand_color", profile.BrandColor);
        json.WriteNumber("publish_drafts_after", profile.PublishDraftsAfter);
        V2Writer.Time(json, "updated_at", profile.UpdatedAt);
        json.WriteEndObject();
    }

    private Answer Component(Component component, int status = 200) => Json(json => new V2Writer(State).Component(json, component), status);

    private Answer Incident(Incident incident, int status = 200) => Json(json => new V2Writer(State).Incident(json, incident), status);

    private Answer Incidents(IEnumerable<Incident> incidents) =>
        Json(json =>
            json.WriteArray(() =>
            {
                foreach (var incident in incidents)
                {
                    V2.Incident(json, incident);
                }
            })
        );

    private static ComponentForm Read(Call call, bool group) =>
        group ? Form.Read(call.Body, "component_group", ComponentForm.ReadGroup) : Form.Read(call.Body, "component", ComponentForm.Read);

    private static IncidentForm ReadIncident(Call call) => Form.Read(call.Body, "incident", IncidentForm.Read);

    private static Answer Json(Action<Utf8JsonWriter> write, int status = 200) => new(status, V2Writer.Bytes(write));

    private void Add(IEndpointRouteBuilder routes, string method, string path, Func<Call, Answer> answer) =>
        AddAsync(routes, method, path, (call, _) => ValueTask.FromResult(answer(call)));

    private void AddAsync(IEndpointRouteBuilder routes, string method, string path, Func<Call, CancellationToken, ValueTask<Answer>> answer)
    {
        var scope = ScopeOf(method, path);
        RequestDelegate handler = async context =>
        {
            var who = tokens.Authenticate(context, scope);
            var values = context.Request.RouteValues;
            if (values.TryGetValue("page", out var page) && (string?)page is { } id && Plain(id) != State.Profile.Id)
            {
                throw StatusProblem.Missing("page", Plain(id));
            }

            var body = method is "GET" or "DELETE" ? default : await RequestBody.ReadAsync(context).ConfigureAwait(false);
            var call = new Call(who, Plain((string?)values["id"] ?? ""), Plain((string?)values["update"] ?? ""), body);
            var done = await answer(call, context.RequestAborted).ConfigureAwait(false);
            context.Response.StatusCode = done.Status;
            context.Response.Headers.CacheControl = "no-store";
            if (done.Body.Length > 0)
            {
                context.Response.ContentType = "application/json; charset=utf-8";
                context.Response.ContentLength = done.Body.Length;
                await context.Response.Body.WriteAsync(done.Body, context.RequestAborted).ConfigureAwait(false);
            }
        };
        routes.MapMethods(path, [method], handler);
        if (!path.EndsWith('}'))
        {
            routes.MapMethods(path + ".json", [method], handler);
        }
    }

    /// <summary>What a token has to be good for; null: any token.</summary>
    private static TokenScope? ScopeOf(string method, string path)
    {
        var rest = path.Replace("/v1/pages/{page}", "", StringComparison.Ordinal);
        bool Below(params string[] names) => names.Any(name => rest.StartsWith(name, StringComparison.Ordinal));
        return Below("/audit", "/tokens", "/operators", "/subscribers") ? TokenScope.Manage
            : rest.EndsWith("/notes", StringComparison.Ordinal) ? TokenScope.Incidents
            : method == "GET" ? null
            : Below("/component") ? TokenScope.Components
            : Below("/incident", "/drafts") ? TokenScope.Incidents
            : TokenScope.Manage;
    }

    private static string Plain(string id) => id.EndsWith(".json", StringComparison.Ordinal) ? id[..^5] : id;

    private readonly record struct Call(string Who, string Id, string UpdateId, ReadOnlyMemory<byte> Body);

    private readonly record struct Answer(int Status, byte[] Body);
}
