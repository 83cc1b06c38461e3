using Holdfast.Cache.Exchange;
using Holdfast.Cache.Storage;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Zones;
using Holdfast.Http.Pooling;

namespace Holdfast.Edge.Phases.Cache;

/// <summary>Asks the origin whether a stale response still holds, behind the back of the visitor that has had it already (RFC 5861 section 3).</summary>
internal sealed class BackgroundRevalidation(
    NearPool<CacheTurn> turns,
    OriginRouter origins,
    ForwardedHeaders forwarded,
    IRequestObserver observer,
    ArrivingAnswers arriving
)
{
    /// <summary>Asks, unless somebody else does already, and keeps what comes.</summary>
    /// <param name="request">A request of its own, like the visitor's.</param>
    /// <param name="zone">The zone that the visitor's request began with.</param>
    /// <param name="stored">What is revalidated; its mark that somebody does so is taken off at the end.</param>
    /// <param name="trusted">Whether the visitor's peer is a trusted upstream.</param>
    public async Task RevalidateAsync(DetachedRequest request, ZoneRuntime zone, StoredResponse stored, bool trusted)
    {
        var turn = turns.Take();
        try
        {
            turn.BeginRevalidation(request, zone, stored);
            if (turn.Collapse() is CollapseStep.Wait or CollapseStep.Serve)
            {
                // Somebody else asks already, or has.
                return;
            }

            forwarded.PrepareRequest(request, upgrade: false, trusted);
            turn.SetValidators(request.Head.Headers);
            request.Tap = turn;
            request.IsInBackground = true;
            await AskBehindAsync(request, zone, turn).ConfigureAwait(false);
            observer.Revalidated(ResultOf(turn.Exchange));
            observer.EndedDetached(request);
        }
        finally
        {
            stored.EndRevalidation();
            turn.Reset();
            turns.Give(turn);
            request.GiveBuffers();
        }
    }

    private async ValueTask AskBehindAsync(DetachedRequest request, ZoneRuntime zone, CacheTurn turn)
    {
        while (true)
        {
            turn.Ask();
            var error = await origins.ForwardAsync(request, zone, upgrade: false).ConfigureAwait(false);
            if (turn.Taken is not null)
            {
                var relay = arriving.Fill(request, zone, turn);
                await relay.Running.ConfigureAwait(false);
                request.Origin.Total += relay.Elapsed;
                return;
            }

            if (turn.Instead == ResponseStep.FetchAgain && !request.IsAbandoned)
            {
                CacheTurn.RemoveConditions(request.Head.Headers);
                continue;
            }

            if (error != EdgeError.None && !request.IsAbandoned)
            {
                turn.Failed(error);
            }

            return;
        }
    }

    /// <summary>What came of a revalidation.</summary>
    public static RevalidationResult ResultOf(CacheExchange exchange) =>
        exchange.State switch
        {
            CacheState.Serving when exchange.Status == CfCacheStatus.Revalidated => RevalidationResult.Confirmed,
            CacheState.Storing => RevalidationResult.Replaced,
            CacheState.Passing => RevalidationResult.NotStored,
            _ => RevalidationResult.Failed,
        };
}
