using System.Security.Cryptography;
using Holdfast.Control.Envelope;
using Holdfast.Control.Feed;
using Holdfast.Control.Storage;
using Holdfast.Releases.Feed;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Uplink;

/// <summary><c>POST /holdfast/v1/uplink</c>: takes a batch of an edge, and answers when it is on the disk.</summary>
internal sealed class UplinkEndpoint
{
    private readonly EdgeAuthentication _authentication;
    private readonly NodeStore _nodes;

    public UplinkEndpoint(EdgeAuthentication authentication, NodeStore nodes)
    {
        _authentication = authentication;
        _nodes = nodes;
    }

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost(FeedHeaders.UplinkPath, TakeAsync);

    private async Task TakeAsync(HttpContext context)
    {
        var edge = _authentication.Authenticate(context);
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = HttpEdgeUplink.MaxBatchBytes;
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted).ConfigureAwait(false);
        var bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        if (!FeedSecret.Same(Convert.ToHexStringLower(SHA256.HashData(bytes.Span)), edge.ContentDigest))
        {
            throw EdgeAuthentication.Refused();
        }

        edge.Prove(context.Response);
        if (!UplinkCodec.TryDecodeBatch(bytes.Span, edge.Node, out var batch, out var error))
        {
            await ApiAnswer.ErrorAsync(context, 400, new ApiError(ErrorCodes.Invalid, error)).ConfigureAwait(false);
            return;
        }

        var isLocal = edge.Joined is null;
        if (await _nodes.TakeAsync(edge.Node, isLocal, batch, context.RequestAborted).ConfigureAwait(false) is not { } sequence)
        {
            // It was removed between the handshake and here.
            throw EdgeAuthentication.Refused();
        }

        var answer = UplinkCodec.EncodeAnswer(sequence);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted).ConfigureAwait(false);
    }
}
