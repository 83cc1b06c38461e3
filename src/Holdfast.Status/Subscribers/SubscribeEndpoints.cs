using Holdfast.Model.StatusPage;
using Holdfast.Status.Access;
using Holdfast.Status.Operating;
using Holdfast.Status.Page;
using Holdfast.Status.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.Subscribers;

/// <summary>
/// Where people ask to be told, say that they mean it, and leave. Opening a link changes nothing, since mail programs open links by themselves;
/// the button on its page does, and so does the one click of RFC 8058, which is a POST.
/// </summary>
internal sealed class SubscribeEndpoints(StatusStore store, SubscriberDesk desk, PageRenderer pages, TimeProvider time)
{
    private readonly Tries asks = new(SubscriberLimits.AsksPerMinute, TimeSpan.FromMinutes(1), time);

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/subscribe", ["GET", "HEAD"], context => AnswerAsync(context, SubscribeStep.Ask, null));
        routes.MapMethods("/subscribe", ["POST"], AskAsync);
        routes.MapMethods("/subscribe/{word}", ["GET", "HEAD"], context => AnswerAsync(context, SubscribeStep.Confirm, null));
        routes.MapMethods(
            "/subscribe/{word}",
            ["POST"],
            context => AnswerAsync(context, desk.Confirm(Word(context)) ? SubscribeStep.Confirmed : SubscribeStep.Unknown, null)
        );
        routes.MapMethods("/unsubscribe/{word}", ["GET", "HEAD"], context => AnswerAsync(context, SubscribeStep.Leave, null));
        routes.MapMethods(
            "/unsubscribe/{word}",
            ["POST"],
            context => AnswerAsync(context, desk.Leave(Word(context)) ? SubscribeStep.Left : SubscribeStep.Unknown, null)
        );
    }

    private static string Word(HttpContext context) => (string)context.Request.RouteValues["word"]!;

    private async Task AskAsync(HttpContext context)
    {
        asks.Check(context, "requests to be told");
        asks.Failed(context);
        var sent = await Fields.ReadAsync(context).ConfigureAwait(false);
        try
        {
            desk.Ask(sent.Required("email", StatusPageLimits.NameLength), [.. sent.All("component")]);
        }
        catch (StatusProblem problem) when (problem.Status == 422)
        {
            await AnswerAsync(context, SubscribeStep.Ask, problem.Message).ConfigureAwait(false);
            return;
        }

        await AnswerAsync(context, SubscribeStep.Asked, null).ConfigureAwait(false);
    }

    private async Task AnswerAsync(HttpContext context, SubscribeStep step, string? error)
    {
        var view = new PageView(store.Current, time.GetUtcNow());
        var body = await pages
            .RenderAsync<SubscribePage>(
                ("View", view),
                ("Step", step),
                ("Mails", desk.Mails),
                ("Error", error),
                ("Here", context.Request.Path.Value)
            )
            .ConfigureAwait(false);
        var response = context.Response;
        response.StatusCode =
            error is not null ? StatusCodes.Status422UnprocessableEntity
            : step == SubscribeStep.Unknown ? StatusCodes.Status404NotFound
            : StatusCodes.Status200OK;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy = PageAssets.OperatorPolicy;
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
