using System.Globalization;
using Holdfast.Control.Envelope;
using Holdfast.Control.Releases;
using Holdfast.Control.Releases.Rehearsals;
using Holdfast.Control.Releases.Rollouts;
using Holdfast.Control.Storage;
using Holdfast.Model.Purging;
using Holdfast.Releases.Feed;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Holdfast.Control.Feed;

/// <summary>
/// <c>GET /holdfast/v1/feed?after=N&amp;purged=LOG:M&amp;rehearses=1</c>: the backlog, then every release and purge as it is committed, and a heartbeat every
/// 5 s between them. It ends when the edge goes or is removed, or control stops. An edge of a build without purges does not ask for them.
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
    private readonly PurgeLog _purges;
    private readonly ReleaseSignal _signal;
    private readonly FeedGate _gate;
    private readonly FeedPresence _presence;
    private readonly RehearsalDesk _rehearsals;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private readonly ILogger _logger;

    public FeedEndpoint(
        EdgeAuthentication authentication,
        ReleaseLog releases,
        PurgeLog purges,
        ReleaseSignal signal,
        FeedGate gate,
        FeedPresence presence,
        RehearsalDesk rehearsals,
        TimeProvider time,
        CancellationToken stopping,
        ILogger logger
    )
    {
        _authentication = authentication;
        _releases = releases;
        _purges = purges;
        _signal = signal;
        _gate = gate;
        _presence = presence;
        _rehearsals = rehearsals;
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

        var asked = PurgedOf(context);
        context.Response.ContentType = "application/x-ndjson";
        context.Response.Headers.CacheControl = "no-store";
        edge.Prove(context.Response);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping, edge.Removed);
        ControlLog.FeedOpened(_logger, edge.Node, position);
        using var following = _presence.Follows(edge.Node);
        using var rehearsing = Paging.Text(context.Request, FeedHeaders.RehearsesQuery) == "1" ? _rehearsals.Follows(edge.Node) : null;
        var ordered = rehearsing is null ? null : new HashSet<string>(StringComparer.Ordinal);
        var given = new HashSet<(int, string, long)>();
        try
        {
            var purged = asked is null ? null : await _purges.StartAsync(asked).ConfigureAwait(false);
            if (purged is not null)
            {
                FeedCodec.WritePurged(context.Response.BodyWriter, position, purged);
            }

            while (true)
            {
                (position, purged) = await SendAsync(context.Response, edge.Node, given, ordered, position, purged, ending.Token)
                    .ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            ControlLog.FeedClosed(_logger, edge.Node, position);
        }
    }

    /// <summary>Sends what there is; when there is nothing, a heartbeat, and then waits for the next release or the next heartbeat.</summary>
    /// <returns>The positions that the edge has now.</returns>
    private async Task<(long Position, PurgePosition? Purged)> SendAsync(
        HttpResponse response,
        string node,
        HashSet<(int, string, long)> given,
        HashSet<string>? ordered,
        long position,
        PurgePosition? purged,
        CancellationToken cancellationToken
    )
    {
        var next = _signal.Next;
        var page = await _releases.ReadAsync(position, PageSize, PageBytes).ConfigureAwait(false);

        // Read after the releases and sent before them: of what these show, every purge that was ordered earlier is in effect.
        purged = purged is null ? null : await SendPurgesAsync(response, position, purged, cancellationToken).ConfigureAwait(false);
        foreach (var entry in page.Entries)
        {
            position = entry.Position;
            if (!given.Remove((entry.Kind, entry.Name, entry.Generation)))
            {
                FeedCodec.WriteLine(response.BodyWriter, entry.Position, entry.Envelope);
            }

            if (response.BodyWriter.UnflushedBytes >= FlushBytes)
            {
                await response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        if (page.More)
        {
            return (position, purged);
        }

        // An edge that is ahead of this database learns here that it must begin again.
        position = page.Entries.Count > 0 ? Math.Max(position, page.Newest) : page.Newest;
        await GiveAsync(response, node, given, position).ConfigureAwait(false);
        Order(response, node, ordered, position);
        if (purged is null)
        {
            FeedCodec.WriteLine(response.BodyWriter, position, []);
        }
        else
        {
            FeedCodec.WritePurged(response.BodyWriter, position, purged);
        }

        await response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(next, Task.Delay(Heartbeat, _time, waiting.Token)).ConfigureAwait(false);
        await waiting.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return (position, purged);
    }

    /// <summary>
    /// What this edge may have before others, once in a connection. It stands at the position of what was sent before it: its own place in the
    /// feed comes when it is for all.
    /// </summary>
    private async Task GiveAsync(HttpResponse response, string node, HashSet<(int, string, long)> given, long position)
    {
        foreach (var candidate in _gate.Candidates)
        {
            var release = (candidate.Kind, candidate.Name, candidate.Generation);
            if (candidate.Edges.Contains(node) && !given.Contains(release))
            {
                if (await _releases.HeldAsync(candidate.Kind, candidate.Name, candidate.Generation).ConfigureAwait(false) is { } envelope)
                {
                    FeedCodec.WriteLine(response.BodyWriter, position, envelope);
                    given.Add(release);
                }
            }
        }
    }

    // Each once in a connection; one whose answer is there already is of no more use.
    private void Order(HttpResponse response, string node, HashSet<string>? ordered, long position)
    {
        foreach (var order in ordered is null ? [] : _rehearsals.For(node))
        {
            if (ordered!.Add(order.Id))
            {
                FeedCodec.WriteRehearsal(response.BodyWriter, position, order);
            }
        }
    }

    private async Task<PurgePosition> SendPurgesAsync(
        HttpResponse response,
        long position,
        PurgePosition purged,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var page = await _purges.ReadAsync(purged, PageSize).ConfigureAwait(false);
            foreach (var entry in page.Entries)
            {
                FeedCodec.WritePurge(response.BodyWriter, position, entry.Envelope);
                if (response.BodyWriter.UnflushedBytes >= FlushBytes)
                {
                    await response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            purged = page.Position;
            if (!page.More)
            {
                return purged;
            }
        }
    }

    private static PurgePosition? PurgedOf(HttpContext context)
    {
        if (Paging.Text(context.Request, "purged") is not { } text)
        {
            return null;
        }

        var colon = text.IndexOf(':');
        return colon >= 0 && long.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? new PurgePosition(text[..colon], sequence)
            : throw ApiException.Invalid("/purged", "the query's purged must be a log's id, a colon, and a whole number from 0");
    }
}
