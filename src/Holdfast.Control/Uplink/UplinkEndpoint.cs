using System.Security.Cryptography;
using Holdfast.Control.Envelope;
using Holdfast.Control.Feed;
using Holdfast.Control.Releases.Rehearsals;
using Holdfast.Control.Releases.Rollouts;
using Holdfast.Control.Storage;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Feed;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Uplink;

/// <summary>
/// <c>POST /holdfast/v1/uplink</c>, and <c>/holdfast/v1/uplink/events</c> for security events, which have a store of their own: takes a batch
/// of an edge, and answers when it is on the disk.
/// </summary>
internal sealed class UplinkEndpoint
{
    private readonly EdgeAuthentication _authentication;
    private readonly NodeStore _nodes;
    private readonly SecurityEventStore _events;
    private readonly RolloutDriver _rollouts;
    private readonly RehearsalDesk _rehearsals;

    public UplinkEndpoint(
        EdgeAuthentication authentication,
        NodeStore nodes,
        SecurityEventStore events,
        RolloutDriver rollouts,
        RehearsalDesk rehearsals
    )
    {
        _authentication = authentication;
        _nodes = nodes;
        _events = events;
        _rollouts = rollouts;
        _rehearsals = rehearsals;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(FeedHeaders.UplinkPath, TakeRecordsAsync);
        routes.MapPost(FeedHeaders.EventsPath, TakeEventsAsync);
    }

    private Task TakeRecordsAsync(HttpContext context) =>
        TakeAsync(
            context,
            async (edge, batch) =>
            {
                var (sequence, reports) = await _nodes
                    .TakeAsync(edge.Node, edge.Joined is null, batch, context.RequestAborted)
                    .ConfigureAwait(false);
                _rollouts.Report(reports);
                _rehearsals.Take(edge.Node, batch);
                return sequence;
            }
        );

    private Task TakeEventsAsync(HttpContext context) =>
        TakeAsync(context, async (edge, batch) => await _events.TakeAsync(edge.Node, batch, context.RequestAborted).ConfigureAwait(false));

    private async Task TakeAsync(HttpContext context, Func<AuthenticatedEdge, IReadOnlyList<UplinkRecord>, Task<long?>> store)
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

        if (await store(edge, batch).ConfigureAwait(false) is not { } sequence)
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
