using System.Buffers;
using System.Text.Json;
using Holdfast.Edge.BreakGlass;
using Holdfast.Releases.Feed;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.Edge.Management;

/// <summary>
/// <c>/holdfast/node</c> shows what was ordered at this machine and how the edge stands; <c>/holdfast/node/commands</c> takes orders that are
/// signed with the machine's own credential.
/// </summary>
/// <param name="desk">Does them.</param>
/// <param name="view">Shows.</param>
/// <param name="credential">Who may order, or null when the file cannot be had.</param>
/// <param name="time">The clock.</param>
internal sealed class NodeEndpoint(BreakGlassDesk desk, NodeView view, LocalCredential? credential, TimeProvider time)
{
    /// <summary>Where it is.</summary>
    public const string Path = "/holdfast/node";

    /// <summary>Answers.</summary>
    /// <param name="context">A request for <see cref="Path"/> or below it.</param>
    /// <param name="body">Gets the answer, JSON.</param>
    /// <returns>The status.</returns>
    public async Task<int> AnswerAsync(HttpContext context, IBufferWriter<byte> body)
    {
        var request = context.Request;
        if (request.Path.Value == Path)
        {
            if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
            {
                return Say(body, StatusCodes.Status405MethodNotAllowed, "only GET and HEAD here");
            }

            view.Write(body);
            return StatusCodes.Status200OK;
        }

        if (request.Path.Value != LocalCredential.Path)
        {
            return Say(body, StatusCodes.Status404NotFound, $"here are {Path} and {LocalCredential.Path}");
        }

        return HttpMethods.IsPost(request.Method)
            ? await OrderAsync(context, body)
            : Say(body, StatusCodes.Status405MethodNotAllowed, "only POST here");
    }

    private async Task<int> OrderAsync(HttpContext context, IBufferWriter<byte> body)
    {
        if (credential is null)
        {
            return Say(body, StatusCodes.Status503ServiceUnavailable, "this edge has no local credential; its log says why");
        }

        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = NodeCommand.MostBytes;
        using var content = new MemoryStream();
        await context.Request.Body.CopyToAsync(content, context.RequestAborted);
        var bytes = content.ToArray();
        var headers = context.Request.Headers;
        if (!credential.Believes(name => headers[name].ToString(), bytes, time.GetUtcNow()))
        {
            return Say(
                body,
                StatusCodes.Status401Unauthorized,
                "it is not signed with this edge's local credential, or more than five minutes ago"
            );
        }

        context.Response.Headers[FeedHeaders.Proof] = credential.AnswerProof(headers[FeedHeaders.Nonce].ToString());
        if (NodeCommand.TryRead(bytes, out var command) is { } problem)
        {
            return Say(body, StatusCodes.Status400BadRequest, problem);
        }

        // It is done to its end, whether or not somebody still waits for the answer.
        var outcome = await desk.DoAsync(command!, CancellationToken.None);
        return Say(body, outcome.IsDone ? StatusCodes.Status200OK : StatusCodes.Status409Conflict, outcome.Text);
    }

    private static int Say(IBufferWriter<byte> body, int status, string text)
    {
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteBoolean("done", status == StatusCodes.Status200OK);
        json.WriteString("text", text);
        json.WriteEndObject();
        return status;
    }
}
