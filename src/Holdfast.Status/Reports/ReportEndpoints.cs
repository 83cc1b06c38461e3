using Holdfast.Status.Page;
using Holdfast.Status.ReadApi;
using Holdfast.Status.Reports.Pages;
using Holdfast.Status.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.Reports;

/// <summary>What visitors see and do below <c>/reports</c>, and the same for programs below <c>/api/v2/reports</c>.</summary>
internal sealed class ReportEndpoints(ReportDesk desk, StatusStore store, Documents documents, PageRenderer pages, StatusOptions options)
{
    private const string Html = "text/html; charset=utf-8";
    private const string Json = "application/json; charset=utf-8";

    private readonly ServiceViews views = new(desk);
    private readonly ReportAnswers answers = new(store, pages, options.Time);
    private readonly WindowCounts<long> tries = new(
        TimeSpan.FromMinutes(1),
        ReportLimits.TriesOfMinute,
        ReportLimits.TriedNetworks,
        options.Time
    );
    private readonly WindowCounts<long> slowOfNetwork = new(
        TimeSpan.FromHours(1),
        ReportLimits.SlowOfNetworkHour,
        ReportLimits.TriedNetworks,
        options.Time
    );
    private readonly WindowCounts<string> slowOfService = new(
        TimeSpan.FromHours(1),
        ReportLimits.SlowOfServiceHour,
        ReportLimits.Services,
        options.Time
    );

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        Page(routes, "/reports", (view, _) => new(pages.RenderAsync<ServicesPage>(("View", view), ("Services", views.All(view.Now)))));
        Page(
            routes,
            "/reports/{slug}",
            (view, service) => new(pages.RenderAsync<ServicePage>(("View", view), ("Service", views.One(service!, view.Now))))
        );
        Open(routes, "/api/v2/reports.json", (view, _) => ReportDocuments.All(view.State, views.All(view.Now)));
        Open(routes, "/api/v2/reports/{slug}.json", (view, service) => ReportDocuments.One(view.State, views.One(service!, view.Now)));
        routes.MapGet("/reports/{slug}/challenge", ChallengeAsync);
        routes.MapPost("/reports/{slug}", TakeAsync);
    }

    private Task ChallengeAsync(HttpContext context)
    {
        var service = Service(context);
        var visitor = Visitor.Of(context, options.Proxies);
        var body = V2Writer.Bytes(json =>
        {
            json.WriteStartObject();
            json.WriteString("challenge", desk.Tickets.Challenge(service.Id, visitor));
            json.WriteNumber("bits", desk.Tickets.Bits);
            json.WriteEndObject();
        });
        context.Response.ContentType = Json;
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private async Task TakeAsync(HttpContext context)
    {
        var service = Service(context);
        var visitor = Visitor.Of(context, options.Proxies);
        if (!tries.TryAdd(visitor.NetworkKey))
        {
            throw new StatusProblem(429, "too many reports come from your network just now; try again in a minute");
        }

        var form = await ReportForm.ReadAsync(context).ConfigureAwait(false);
        if (!desk.Tickets.IsWork(form.Challenge, form.Nonce, service.Id, visitor))
        {
            var waited = desk.Tickets.Waited(form.Ticket, service.Id, visitor);
            if (waited is not { } time || time < ReportLimits.Wait)
            {
                await AskToWaitAsync(context, service, visitor, form, waited).ConfigureAwait(false);
                return;
            }

            if (!slowOfNetwork.TryAdd(visitor.NetworkKey) || !slowOfService.TryAdd(service.Id))
            {
                throw new StatusProblem(
                    429,
                    "so many reports without scripts came in the last hour that no more are taken; try again later, or with scripts"
                );
            }
        }

        var report = new Report(service.Id, visitor, form.Problem, desk.Countries.Of(visitor.Address), form.Comment);
        await AnswerAsync(context, service, await desk.TakeAsync(report).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task AskToWaitAsync(HttpContext context, ReportedService service, Visitor visitor, ReportForm form, TimeSpan? waited)
    {
        // Who is too early goes on with the ticket that is there: a new one would make the wait begin again.
        var body = await answers
            .WaitAsync(service, isEarly: waited is not null, waited is null ? desk.Tickets.Ticket(service.Id, visitor) : form.Ticket, form)
            .ConfigureAwait(false);
        await SendAsync(context, StatusCodes.Status200OK, body).ConfigureAwait(false);
    }

    private async Task AnswerAsync(HttpContext context, ReportedService service, ReportOutcome outcome) =>
        await SendAsync(
                context,
                outcome is ReportOutcome.Taken or ReportOutcome.TakenWithoutComment
                    ? StatusCodes.Status201Created
                    : StatusCodes.Status200OK,
                await answers.OutcomeAsync(service, outcome).ConfigureAwait(false)
            )
            .ConfigureAwait(false);

    private static Task SendAsync(HttpContext context, int status, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = Html;
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        Protect(context.Response.Headers);
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private ReportedService Service(HttpContext context)
    {
        var slug = (string)context.Request.RouteValues["slug"]!;
        return desk.Services.At(slug) ?? throw StatusProblem.Missing("service", slug);
    }

    private static void Protect(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ReportAssets.ContentSecurityPolicy;

        // With none, a browser would not say in Origin that the form is this page's.
        headers["Referrer-Policy"] = "same-origin";
    }

    private void Page(IEndpointRouteBuilder routes, string path, Func<PageView, ReportedService?, ValueTask<byte[]>> render) =>
        Add(routes, path, Html, render, Protect);

    private void Open(IEndpointRouteBuilder routes, string path, Func<PageView, ReportedService?, byte[]> render)
    {
        Add(
            routes,
            path,
            Json,
            (view, service) => ValueTask.FromResult(render(view, service)),
            headers => headers.AccessControlAllowOrigin = "*"
        );
        ReadEndpoints.Preflight(routes, path);
    }

    private void Add(
        IEndpointRouteBuilder routes,
        string path,
        string type,
        Func<PageView, ReportedService?, ValueTask<byte[]>> render,
        Action<IHeaderDictionary> headers
    )
    {
        RequestDelegate answer = context =>
        {
            var service = context.Request.RouteValues.ContainsKey("slug") ? Service(context) : null;
            headers(context.Response.Headers);

            // What changes at once (a service, a comment, a level) is in the name: the rest may be as old as any document.
            return documents.AnswerAsync(
                context,
                $"{context.Request.Path.Value}@{desk.Version}",
                type,
                async (snapshot, now) => await render(new PageView(snapshot, now), service).ConfigureAwait(false)
            );
        };
        routes.MapMethods(path, ["GET", "HEAD"], answer);
    }
}
