using System.Text.Json;
using Holdfast.Status.ReadApi;
using Holdfast.Status.Reports;
using Holdfast.Status.Storage;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.WriteApi;

/// <summary>What visitors report about, and what of their words is shown. These are Holdfast's own; Statuspage has nothing like it.</summary>
internal sealed partial class WriteEndpoints
{
    /// <summary>Comments that wait, as one answer lists them.</summary>
    private const int ListedComments = 100;

    private void MapReports(IEndpointRouteBuilder routes)
    {
        const string all = "/v1/pages/{page}/services";
        const string one = all + "/{id}";
        const string comments = "/v1/pages/{page}/report-comments";
        Add(routes, "GET", all, _ => Services(reports.Services.Shown));
        Add(routes, "POST", all, call => Service(reports.Services.Create(call.Who, call.Body), 201));
        Add(routes, "POST", all + "/import", call => Services(reports.Services.Import(call.Who, call.Body)));
        Add(routes, "GET", one, call => Service(reports.Services.Find(call.Id)));
        foreach (var method in new[] { "PATCH", "PUT" })
        {
            Add(routes, method, one, call => Service(reports.Services.Update(call.Who, call.Id, call.Body)));
        }

        Add(
            routes,
            "DELETE",
            one,
            call =>
            {
                reports.Remove(call.Who, call.Id);
                return new Answer(204, []);
            }
        );
        Add(routes, "GET", comments, _ => Comments(shown: false));
        Add(routes, "GET", comments + "/shown", _ => Comments(shown: true));
        Add(
            routes,
            "POST",
            comments + "/{id}/show",
            call =>
            {
                reports.Moderate(call.Who, call.Id, show: true);
                return Json(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("id", call.Id);
                    json.WriteBoolean("shown", true);
                    json.WriteEndObject();
                });
            }
        );
        Add(
            routes,
            "DELETE",
            comments + "/{id}",
            call =>
            {
                reports.Moderate(call.Who, call.Id, show: false);
                return new Answer(204, []);
            }
        );
    }

    private Answer Comments(bool shown) =>
        Json(json =>
            json.WriteArray(() =>
            {
                foreach (var comment in reports.Comments(null, shown, ListedComments))
                {
                    json.WriteStartObject();
                    json.WriteString("id", comment.Id);
                    json.WriteString("service_id", comment.Service);
                    V2Writer.Time(json, "at", comment.At);
                    json.WriteString("problem", StatusWords<Problem>.Of(comment.Problem));
                    json.WriteString("text", comment.Text);
                    json.WriteEndObject();
                }
            })
        );

    private static Answer Services(IEnumerable<ReportedService> services) =>
        Json(json =>
            json.WriteArray(() =>
            {
                foreach (var service in services)
                {
                    JsonSerializer.Serialize(json, service, ReportsJson.Default.ReportedService);
                }
            })
        );

    private static Answer Service(ReportedService service, int status = 200) =>
        Json(json => JsonSerializer.Serialize(json, service, ReportsJson.Default.ReportedService), status);
}
