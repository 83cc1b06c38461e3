using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Envelope;

/// <summary>Answers in Cloudflare's envelope: <c>{success, errors, messages, result, result_info}</c>.</summary>
internal static class ApiAnswer
{
    /// <summary>200 or another status of success.</summary>
    /// <param name="context">The request.</param>
    /// <param name="result">The envelope's <c>result</c>.</param>
    /// <param name="status">The status.</param>
    /// <param name="messages">The envelope's <c>messages</c>: what is right and maybe not what was meant.</param>
    /// <param name="info">The envelope's <c>result_info</c>, or null.</param>
    public static Task ResultAsync(
        HttpContext context,
        JsonNode? result,
        int status = 200,
        IReadOnlyList<ApiError>? messages = null,
        JsonNode? info = null
    ) => WriteAsync(context, status, result, info, [], messages);

    /// <summary>204: it is done, and there is nothing to say.</summary>
    public static void Nothing(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.CacheControl = "no-store";
    }

    public static Task PageAsync(HttpContext context, IEnumerable<JsonNode> items, Paging paging, int total)
    {
        var result = new JsonArray([.. items]);
        var info = new JsonObject
        {
            ["page"] = paging.Page,
            ["per_page"] = paging.PerPage,
            ["count"] = result.Count,
            ["total_count"] = total,
            ["total_pages"] = (total + paging.PerPage - 1) / paging.PerPage,
        };
        return WriteAsync(context, 200, result, info, []);
    }

    public static Task ErrorAsync(HttpContext context, int status, params IReadOnlyList<ApiError> errors) =>
        WriteAsync(context, status, null, null, errors);

    /// <summary>A time as the API writes it.</summary>
    public static string Time(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static async Task WriteAsync(
        HttpContext context,
        int status,
        JsonNode? result,
        JsonNode? info,
        IReadOnlyList<ApiError> errors,
        IReadOnlyList<ApiError>? messages = null
    )
    {
        var envelope = new JsonObject
        {
            ["success"] = errors.Count == 0,
            ["errors"] = new JsonArray([.. errors.Select(Error)]),
            ["messages"] = new JsonArray([.. (messages ?? []).Select(Error)]),
            ["result"] = result,
        };
        if (info is not null)
        {
            envelope["result_info"] = info;
        }

        var bytes = System.Text.Encoding.UTF8.GetBytes(envelope.ToJsonString());
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.Length;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }

    private static JsonNode Error(ApiError error)
    {
        var node = new JsonObject { ["code"] = error.Code, ["message"] = error.Message };
        if (error.Pointer is not null)
        {
            node["source"] = new JsonObject { ["pointer"] = error.Pointer };
        }

        return node;
    }
}
