using System.Globalization;
using Holdfast.Control.Envelope;
using Holdfast.Control.Releases;
using Holdfast.Control.Storage;
using Holdfast.Releases.Feed;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Holdfast.Control.Feed;

/// <summary>
/// <c>GET /holdfast/v1/feed?after=N</c>: the backlog, then every release as it is committed, and a heartbeat every 5 s between them.
/// It ends when the edge goes or is removed, or control stops.
/// </summary>
internal sealed class FeedEndpoint
{
    /// <summary>Longest silence.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    // A page is one read of the database, and one transaction's worth of memory: many small releases or one large.
    private const int PageSize = 1_000;
    private const int FlushBytes = 64 * 1024;
    private const long PageBytes = 4 * 1024 * 1024;

    private readonly EdgeAuthentication _authentication;
    private readonly ReleaseLog _releases;
    private readonly ReleaseSignal _signal;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private readonly ILogger _logger;

    public FeedEndpoint(
        EdgeAuthentication authentication,
        ReleaseLog releases,
        ReleaseSignal signal,
        TimeProvider time,
        CancellationToken stopping,
        ILogger logger
    )
    {
        _authentication = authentication;
        _releases = releases;
        _signal = signal;
        _time = time;
        _stopping = stopping;
        _logger = logger;
    }

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet(FeedHeaders.FeedPath, FollowAsync);

    private async Task FollowAsync(HttpContext context)
    {
        var edge = _authentication.Authenticate(context);
        if (!long.TryParse(Paging.Text(context.Request, "after") ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out var position))
        {
            throw ApiException.Invalid("/after", "the query's after must be a whole number from 0");
        }

        context.Response.ContentType = "application/x-ndjson";
        context.Response.Headers.CacheControl = "no-store";
        edge.Prove(context.Response);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping, edge.Removed);
        ControlLog.FeedOpened(_logger, edge.Node, position);
        try
        {
            while (true)
            {
                position = await SendAsync(context.Response, position, ending.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            ControlLog.FeedClosed(_logger, edge.Node, position);
        }
    }

    /// <summary>Sends what there is; when there is nothing, a heartbeat, and then waits for the next release or the next heartbeat.</summary>
    /// <returns>The position that the edge has now.</returns>
    private async Task<long> SendAsync(HttpResponse response, long position, CancellationToken cancellationToken)
    {
        var next = _signal.Next;
        var page = await _releases.ReadAsync(position, PageSize, PageBytes).ConfigureAwait(false);
        foreach (var entry in page.Entries)
        {
            FeedCodec.WriteLine(response.BodyWriter, entry.Position, entry.Envelope);
            position = entry.Position;
            if (response.BodyWriter.UnflushedBytes >= FlushBytes)
            {
                await response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        if (page.More)
        {
            return position;
        }

        // An edge that is ahead of this database learns here that it must begin again.
        position = page.Entries.Count > 0 ? Math.Max(position, page.Newest) : page.Newest;
        FeedCodec.WriteLine(response.BodyWriter, position, []);
        await response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(next, Task.Delay(Heartbeat, _time, waiting.Token)).ConfigureAwait(false);
        await waiting.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return position;
    }
}
