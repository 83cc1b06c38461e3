using Holdfast.Status.Access;
using Holdfast.Status.Components;
using Holdfast.Status.Drafts;
using Holdfast.Status.Incidents;
using Holdfast.Status.Page;
using Holdfast.Status.Reports;
using Holdfast.Status.Storage;
using Holdfast.Status.Subscribers;
using Holdfast.Status.Watching;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.Operating;

/// <summary>
/// Operators' pages below <c>/operate</c>: plain forms that work without scripts, with a sign-in that needs nothing but this process. Every
/// form is refused without the word that its page was given.
/// </summary>
internal sealed partial class OperatorEndpoints(
    StatusStore store,
    StatusTokens tokens,
    OperatorDesk operators,
    SubscriberDesk subscribers,
    Sessions sessions,
    DraftDesk drafts,
    WatchDesk watches,
    Lookout lookout,
    ReportDesk reports,
    PageRenderer pages,
    TimeProvider time
)
{
    private const string Root = "/operate";

    private readonly IncidentDesk incidents = new(store);
    private readonly ComponentDesk components = new(store);

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        MapSignIn(routes);
        MapAccount(routes);
        MapAccess(routes);
        MapIncidents(routes);
        MapNotes(routes);
        MapSubscribers(routes);
        MapDrafts(routes);
        MapComments(routes);
        Page(routes, Root + "/providers", visit => RenderAsync<ProvidersPage>(visit, new ProvidersView(lookout.Map(), lookout.Outside())));
        MapComponents(routes);
        MapSettings(routes);
    }

    /// <summary>A page for people who are signed in, and what its form does.</summary>
    /// <param name="routes">Where it is added.</param>
    /// <param name="path">Its path.</param>
    /// <param name="render">Renders it, also again with what was refused.</param>
    /// <param name="act">What its form does; returns where to go then, or null to render it again.</param>
    private void Page(IEndpointRouteBuilder routes, string path, Func<Visit, Task<byte[]>> render, Func<Visit, Task<string?>>? act = null)
    {
        routes.MapMethods(path, ["GET", "HEAD"], context => ShowAsync(context, render));
        if (act is not null)
        {
            Act(routes, path, act, render);
        }
    }

    /// <summary>What a form does that stands on another page, which is rendered again when it is refused.</summary>
    private void Act(IEndpointRouteBuilder routes, string path, Func<Visit, Task<string?>> act, Func<Visit, Task<byte[]>> render) =>
        routes.MapMethods(path, ["POST"], context => ActAsync(context, act, render));

    /// <summary>The same for what has nothing to wait for.</summary>
    private void Act(IEndpointRouteBuilder routes, string path, Func<Visit, string?> act, Func<Visit, Task<byte[]>> render) =>
        Act(routes, path, visit => Task.FromResult(act(visit)), render);

    private async Task ShowAsync(HttpContext context, Func<Visit, Task<byte[]>> render)
    {
        if (sessions.Of(context) is not { } signedIn)
        {
            Redirect(context, $"{Root}/sign-in?to={Uri.EscapeDataString(context.Request.Path.Value!)}");
            return;
        }

        await AnswerAsync(context, 200, await render(NewVisit(context, signedIn, null)).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task ActAsync(HttpContext context, Func<Visit, Task<string?>> act, Func<Visit, Task<byte[]>> render)
    {
        var sent = await Fields.ReadAsync(context).ConfigureAwait(false);
        if (sessions.Of(context) is not { } signedIn)
        {
            // What was written is not lost with the session.
            var over = NewVisit(context, null, sent);
            over.Error = "Your session has ended, and nothing was done. Sign in again; what you wrote is below.";
            await AnswerAsync(context, 401, await SignInPageAsync(over).ConfigureAwait(false)).ConfigureAwait(false);
            return;
        }

        CheckForm(Sessions.IsSame(sent.Raw("form"), signedIn.FormToken));
        await DoAsync(NewVisit(context, signedIn, sent), act, render).ConfigureAwait(false);
    }

    private async Task DoAsync(Visit visit, Func<Visit, Task<string?>> act, Func<Visit, Task<byte[]>> render)
    {
        var context = visit.Context;
        var status = 200;
        try
        {
            if (await act(visit).ConfigureAwait(false) is { } next)
            {
                Redirect(context, next);
                return;
            }
        }
        catch (StatusProblem problem) when (problem.Status != 404)
        {
            visit.Error = problem.Message;
            status = problem.Status;
        }
        catch (StatusStoreException fault)
        {
            visit.Error = $"The disk does not take it, and nothing was done: {fault.Message}";
            status = 503;
        }

        await AnswerAsync(context, status, await render(visit).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static void CheckForm(bool isOurs)
    {
        if (!isOurs)
        {
            throw new StatusProblem(
                403,
                "this form is not from a page of yours, or too old; nothing was done. Go back, reload the page, and try again"
            );
        }
    }

    private Visit NewVisit(HttpContext context, SignedIn? signedIn, Fields? sent) =>
        new(context, new PageView(store.Current, time.GetUtcNow()), signedIn, sent);

    private Task<byte[]> RenderAsync<T>(Visit visit)
        where T : IComponent => pages.RenderAsync<T>(("Visit", visit));

    private Task<byte[]> RenderAsync<T>(Visit visit, object subject)
        where T : IComponent
    {
        visit.Subject = subject;
        return RenderAsync<T>(visit);
    }

    private static async Task AnswerAsync(HttpContext context, int status, byte[] page)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy = PageAssets.OperatorPolicy;
        if (status is 429 or 503)
        {
            response.Headers.RetryAfter = "60";
        }

        response.ContentLength = page.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(page, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static void Redirect(HttpContext context, string to)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Location = to;
    }
}
