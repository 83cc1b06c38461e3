using System.Globalization;
using Holdfast.Status.Feeds;
using Holdfast.Status.Page;
using Holdfast.Status.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.ReadApi;

/// <summary>What everybody may read: pages, feeds, and Statuspage's version 2 below <c>/api/v2/</c>.</summary>
internal sealed class ReadEndpoints(StatusStore store, Documents documents, PageRenderer pages)
{
    private const string Json = "application/json; charset=utf-8";
    private const string Html = "text/html; charset=utf-8";

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var (name, render) in V2Documents.All)
        {
            Open(routes, $"/api/v2/{name}", Json, (view, _) => ValueTask.FromResult<byte[]?>(render(view.State)));
        }

        Open(routes, "/history.rss", "application/rss+xml; charset=utf-8", (view, _) => new(IncidentFeeds.Rss(view)));
        Open(routes, "/history.atom", "application/atom+xml; charset=utf-8", (view, _) => new(IncidentFeeds.Atom(view)));
        Open(routes, "/history.json", "application/feed+json; charset=utf-8", (view, _) => new(IncidentFeeds.Json(view)));
        Open(routes, "/maintenance.ics", "text/calendar; charset=utf-8", (view, _) => new(MaintenanceCalendar.Write(view)));
        Open(routes, "/badge.svg", "image/svg+xml", (view, _) => new(Badge.Write(view)));
        Open(routes, "/badge-icon.svg", "image/svg+xml", (view, _) => new(Badge.Icon(view)));
        Page(routes, "/", async (view, _) => await pages.RenderAsync<Home>(("View", view)).ConfigureAwait(false));
        Page(routes, "/embed", async (view, _) => await pages.RenderAsync<EmbedPage>(("View", view)).ConfigureAwait(false), framed: true);
        Page(routes, "/incidents/{id}", IncidentAsync);
        Page(routes, "/history", HistoryAsync);
        Page(routes, "/history/{month}", HistoryAsync);
    }

    private async ValueTask<byte[]?> IncidentAsync(PageView view, RouteValueDictionary values) =>
        store.Incident((string)values["id"]!) is { } incident
            ? await pages.RenderAsync<IncidentPage>(("View", view), ("Incident", incident)).ConfigureAwait(false)
            : null;

    private async ValueTask<byte[]?> HistoryAsync(PageView view, RouteValueDictionary values)
    {
        var latest = new DateOnly(view.Today.Year, view.Today.Month, 1);
        var month = latest;
        if (
            values["month"] is string text
            && !DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out month)
        )
        {
            return null;
        }

        var oldest = store.Oldest() is { } at ? view.DayOf(at) : latest;
        var first = new DateOnly(oldest.Year, oldest.Month, 1);
        if (month > latest || month < first)
        {
            return null;
        }

        return await pages
            .RenderAsync<HistoryPage>(
                ("View", view),
                ("First", month),
                ("Incidents", store.Between(view.StartOf(month), view.StartOf(month.AddMonths(1)))),
                ("Earlier", month > first ? month.AddMonths(-1) : null),
                ("Later", month < latest ? month.AddMonths(1) : null)
            )
            .ConfigureAwait(false);
    }

    /// <summary>A document that any site's scripts may read (CORS).</summary>
    private void Open(
        IEndpointRouteBuilder routes,
        string path,
        string type,
        Func<PageView, RouteValueDictionary, ValueTask<byte[]?>> render
    )
    {
        Add(routes, path, type, render, headers => headers.AccessControlAllowOrigin = "*");
        Preflight(routes, path);
    }

    /// <summary>Lets any site's scripts ask with <c>If-None-Match</c>, for which a browser asks first.</summary>
    public static void Preflight(IEndpointRouteBuilder routes, string path) =>
        routes.MapMethods(
            path,
            ["OPTIONS"],
            context =>
            {
                var headers = context.Response.Headers;
                headers.AccessControlAllowOrigin = "*";
                headers.AccessControlAllowMethods = "GET, HEAD";
                headers.AccessControlAllowHeaders = "If-None-Match";
                headers.AccessControlMaxAge = "86400";
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            }
        );

    /// <summary>A page for people; only the embed may stand in another site's frame.</summary>
    private void Page(
        IEndpointRouteBuilder routes,
        string path,
        Func<PageView, RouteValueDictionary, ValueTask<byte[]?>> render,
        bool framed = false
    ) =>
        Add(
            routes,
            path,
            Html,
            render,
            headers =>
                headers.ContentSecurityPolicy =
                    PageAssets.ContentSecurityPolicy + (framed ? "; frame-ancestors *" : "; frame-ancestors 'none'")
        );

    private void Add(
        IEndpointRouteBuilder routes,
        string path,
        string type,
        Func<PageView, RouteValueDictionary, ValueTask<byte[]?>> render,
        Action<IHeaderDictionary> headers
    )
    {
        RequestDelegate answer = context =>
        {
            headers(context.Response.Headers);
            var values = context.Request.RouteValues;
            return documents.AnswerAsync(
                context,
                context.Request.Path.Value!,
                type,
                (snapshot, now) => render(new PageView(snapshot, now), values)
            );
        };
        routes.MapMethods(path, ["GET", "HEAD"], answer);
    }
}
