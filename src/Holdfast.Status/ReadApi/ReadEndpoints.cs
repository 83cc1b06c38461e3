using Holdfast.Status.Page;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.ReadApi;

/// <summary>What everybody may read: pages, feeds, and Statuspage's version 2 below <c>/api/v2/</c>.</summary>
internal sealed class ReadEndpoints(Documents documents, PublicPages pages)
{
    private const string Html = "text/html; charset=utf-8";

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var document in PublicPages.Documents)
        {
            Open(routes, document.Path, document.ContentType, (view, _) => ValueTask.FromResult<byte[]?>(document.Render(view)));
        }

        Page(routes, "/", async (view, _) => await pages.HomeAsync(view).ConfigureAwait(false));
        Page(routes, "/embed", async (view, _) => await pages.EmbedAsync(view).ConfigureAwait(false), framed: true);
        Page(routes, "/incidents/{id}", (view, values) => pages.IncidentAsync(view, (string)values["id"]!));
        Page(routes, "/history", (view, _) => pages.HistoryAsync(view, null));
        Page(routes, "/history/{month}", (view, values) => pages.HistoryAsync(view, (string)values["month"]!));
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
    }

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
