using System.Text.Json;
using Holdfast.Model.StatusPage;
using Holdfast.Status.ReadApi;
using Holdfast.Status.Reports.Pages;
using Holdfast.Status.Storage;

namespace Holdfast.Status.Reports;

/// <summary>Visitors' reports for programs: Statuspage has nothing like them, so the shapes are ours, in the manner of its own.</summary>
internal static class ReportDocuments
{
    /// <summary>Every service with what is told of it.</summary>
    public static byte[] All(StatusPageState state, IReadOnlyList<ServiceSummary> services) =>
        new V2Writer(state).Document(json =>
        {
            json.WriteStartArray("services");
            foreach (var service in services)
            {
                json.WriteStartObject();
                Write(json, service);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });

    /// <summary>One service, with its chart.</summary>
    public static byte[] One(StatusPageState state, ServiceView view) =>
        new V2Writer(state).Document(json =>
        {
            json.WriteStartObject("service");
            Write(json, view.Summary);
            json.WriteString("url", view.Url);
            json.WriteNumber("reports_in_day", view.Day);
            json.WriteNumber("discounted_in_day", view.Discounted);
            Number(json, "usual_in_hour", view.ExpectedInHour);
            Parts(json, "problems", view.Problems);
            Parts(json, "regions", view.Regions);
            json.WriteStartArray("related");
            foreach (var related in view.Related)
            {
                json.WriteStringValue(related.Slug);
            }

            json.WriteEndArray();
            json.WriteStartArray("points");
            foreach (var point in view.Points)
            {
                json.WriteStartObject();
                V2Writer.Time(json, "at", point.At);
                json.WriteNumber("reports", point.Reports);
                Number(json, "usual", point.Expected);
                json.WriteString("state", StatusWords<ReportLevel>.Of(point.Level));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });

    private static void Write(Utf8JsonWriter json, ServiceSummary service)
    {
        json.WriteString("slug", service.Slug);
        json.WriteString("name", service.Name);
        json.WriteString("category", service.Category);
        json.WriteBoolean("own", service.IsOwn);
        json.WriteString("state", StatusWords<ReportLevel>.Of(service.Level));
        V2Writer.Time(json, "since", service.Since);
        json.WriteNumber("reports_in_hour", service.LastHour);
    }

    private static void Parts(Utf8JsonWriter json, string name, IReadOnlyList<ReportPart> parts)
    {
        json.WriteStartArray(name);
        foreach (var part in parts)
        {
            json.WriteStartObject();
            json.WriteString("id", part.Key);
            json.WriteString("name", part.Name);
            json.WriteNumber("reports", part.Reports);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, Math.Round(number, 2));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
