using System.Net;
using System.Text;
using Holdfast.Status.Page;
using Holdfast.Status.ReadApi;
using Holdfast.Status.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Holdfast.Status;

/// <summary>An answer that says what went wrong: <c>{"error": ["..."]}</c> as Statuspage's API does, or a small page for people.</summary>
internal static class ErrorAnswer
{
    /// <summary>Every answer has the headers that a page of ours has, and every fault is an answer that says what it was.</summary>
    public static async Task GuardedAsync(HttpContext context, RequestDelegate next, ILogger logger)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (StatusProblem problem)
        {
            await WriteAsync(context, problem.Status, problem.Message).ConfigureAwait(false);
        }
        catch (StatusStoreException fault)
        {
            StatusLog.NotWritten(logger, fault.Message);
            await WriteAsync(
                    context,
                    503,
                    "the store can't be written or read just now; nothing was changed. Look at the disk, and try again."
                )
                .ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            StatusLog.Failed(logger, fault, context.Request.Path);
            await WriteAsync(context, 500, "that failed, and is our fault; the log says more").ConfigureAwait(false);
        }
    }

    /// <summary>Answers, unless an answer has begun.</summary>
    public static async Task WriteAsync(HttpContext context, int status, string message)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (status is 429 or 503)
        {
            context.Response.Headers.RetryAfter = "60";
        }

        byte[] body;
        if (context.Request.Path.StartsWithSegments("/v1") || context.Request.Path.StartsWithSegments("/api"))
        {
            context.Response.ContentType = "application/json; charset=utf-8";
            body = V2Writer.Bytes(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("error");
                json.WriteStringValue(message);
                json.WriteEndArray();
                json.WriteEndObject();
            });
        }
        else
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            context.Response.Headers.ContentSecurityPolicy = PageAssets.ContentSecurityPolicy;
            body = Encoding.UTF8.GetBytes(Page(status, message));
        }

        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>The small page for people.</summary>
    public static string Page(int status, string message)
    {
        var title = status == 404 ? "There is no such page" : "That did not work";
        return $"""
            <!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>{title}</title><style>{PageAssets.Style}</style></head><body><main><h1>{title}</h1><p>{WebUtility.HtmlEncode(
                message
            )}</p><p><a href="/">Current status</a></p></main></body></html>
            """;
    }
}
