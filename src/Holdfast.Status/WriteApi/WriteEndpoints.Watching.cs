using System.Text.Json;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Drafts;
using Holdfast.Status.ReadApi;
using Holdfast.Status.Storage;
using Holdfast.Status.Watching;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.WriteApi;

/// <summary>What is looked at, and what was seen. These are Holdfast's own; Statuspage has nothing like it.</summary>
internal sealed partial class WriteEndpoints
{
    private void MapWatches(IEndpointRouteBuilder routes)
    {
        const string all = "/v1/pages/{page}/watches";
        const string one = all + "/{id}";
        Add(
            routes,
            "GET",
            all,
            _ =>
                Json(json =>
                    json.WriteArray(() =>
                    {
                        foreach (var watch in watches.All)
                        {
                            Watch(json, watch);
                        }
                    })
                )
        );
        Add(routes, "POST", all, call => Watch(watches.Create(call.Who, call.Body), 201));
        Add(routes, "GET", one, call => Watch(watches.Find(call.Id)));
        Add(routes, "PATCH", one, call => Watch(watches.Update(call.Who, call.Id, call.Body)));
        Add(
            routes,
            "DELETE",
            one,
            call =>
            {
                watches.Remove(call.Who, call.Id);
                return new Answer(204, []);
            }
        );
    }

    private void MapDrafts(IEndpointRouteBuilder routes)
    {
        const string all = "/v1/pages/{page}/drafts";
        const string one = all + "/{id}";
        Add(
            routes,
            "GET",
            all,
            _ =>
                Json(json =>
                    json.WriteArray(() =>
                    {
                        foreach (var draft in drafts.Active)
                        {
                            JsonSerializer.Serialize(json, draft, StatusJson.Default.Draft);
                        }
                    })
                )
        );
        Add(routes, "GET", one, call => Draft(drafts.Find(call.Id)));
        Add(routes, "POST", one + "/publish", Publish);
        Add(routes, "POST", one + "/accept", call => Draft(drafts.Accept(call.Who, call.Id)));
        Add(routes, "DELETE", one, call => Draft(drafts.Dismiss(call.Who, call.Id)));
    }

    private Answer Publish(Call call)
    {
        var (name, body) = Form.Read(
            call.Body,
            "draft",
            form => (form.Text("name", StatusPageLimits.TitleLength), form.Text("body", StatusPageLimits.BodyLength))
        );
        return Draft(drafts.Publish(call.Who, call.Id, name, body));
    }

    private static Answer Draft(Draft draft) => Json(json => JsonSerializer.Serialize(json, draft, StatusJson.Default.Draft));

    private Answer Watch(Watch watch, int status = 200) => Json(json => Watch(json, watch), status);

    private void Watch(Utf8JsonWriter json, Watch watch)
    {
        json.WriteStartObject();
        json.WriteString("id", watch.Id);
        json.WriteString("name", watch.Name);
        json.WriteString("kind", StatusWords<WatchKind>.Of(watch.Kind));
        json.WriteString("target", watch.Target);
        json.WriteString("node", watch.Node);
        json.WriteString("provider", watch.Provider);
        json.WriteNumber("interval", watch.Interval);
        json.WriteString("component_id", watch.ComponentId);
        var last = lookout.Last(watch.Id);
        json.WriteString(
            "state",
            last is null ? "unknown"
                : last.Value.IsFailing ? "failing"
                : last.Value.Said.Length > 0 ? "doubtful"
                : "well"
        );
        json.WriteString("said", last?.Said);
        V2Writer.Time(json, "looked_at", last?.At);
        V2Writer.Time(json, "pushed_at", lookout.PushedAt(watch.Id));
        V2Writer.Time(json, "expires_at", lookout.ExpiresAt(watch.Id));
        json.WriteEndObject();
    }
}
