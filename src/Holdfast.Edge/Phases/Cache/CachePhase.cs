using System.Runtime.CompilerServices;
using System.Text;
using Holdfast.Cache.Collapsing;
using Holdfast.Cache.Exchange;
using Holdfast.Cache.Storage;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Tiers;
using Holdfast.Edge.Zones;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Messages;
using Holdfast.Http.Pooling;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Phases.Cache;

/// <summary>
/// Answers requests from the store where it may, from what another request is fetching where it can, and from the origin otherwise. What
/// may be is decided by <see cref="CacheExchange"/>; here is the I/O around it. A hit allocates nothing and takes no lock.
/// </summary>
internal sealed class CachePhase : IAsyncDisposable
{
    // As many as requests are under way at once, as a rule.
    private const int PooledTurns = 1024;

    private readonly OriginRouter _origins;
    private readonly ForwardedHeaders _forwarded;
    private readonly DeadlineSweep _sweep;
    private readonly TimeSpan _collapseTimeout;
    private readonly IRequestObserver _observer;
    private readonly NearPool<CacheTurn> _turns;
    private readonly StoredAnswers _stored;
    private readonly ArrivingAnswers _arriving;
    private readonly BackgroundRevalidation _behind;
    private readonly SlicedAnswers _slices;
    private readonly DetachedWork _detached;

    /// <summary>For one edge.</summary>
    public CachePhase(
        MemoryStore store,
        string node,
        OriginRouter origins,
        ForwardedHeaders forwarded,
        DeadlineSweep sweep,
        EdgeLimits limits,
        IRequestObserver observer,
        ILogger<CachePhase> logger
    )
    {
        _origins = origins;
        _forwarded = forwarded;
        _sweep = sweep;
        _collapseTimeout = limits.CollapseTimeout;
        _observer = observer;
        var name = Encoding.ASCII.GetBytes(node);
        _turns = new NearPool<CacheTurn>(() => new CacheTurn(store, name, sweep.Time), PooledTurns);
        _slices = new SlicedAnswers(_turns, origins, forwarded, sweep.Time);
        _detached = new DetachedWork(logger);
        _stored = new StoredAnswers(store, forwarded);
        _arriving = new ArrivingAnswers(origins, forwarded, observer, sweep.Time, _detached);
        _behind = new BackgroundRevalidation(_turns, origins, forwarded, observer, _arriving);
    }

    /// <summary>How many fills and revalidations are under way that no visitor waits for the end of.</summary>
    public int DetachedCount => _detached.Count;

    /// <summary>Answers a request whose fields are as the visitor sent them.</summary>
    /// <param name="request">Its zone has an origin.</param>
    /// <param name="zone">The zone that the request began with.</param>
    /// <param name="trusted">Whether the peer is a trusted upstream.</param>
    /// <returns>As <see cref="OriginForwarder.ForwardAsync"/>.</returns>
    public ValueTask<EdgeError> AnswerAsync(EdgeRequest request, ZoneRuntime zone, bool trusted) =>
        !zone.Guard.MayRun(EdgeModule.Cache, request) ? PassByAsync(request, zone, trusted)
        : zone.Guard.IsTried(EdgeModule.Cache) ? TryAsync(request, zone, trusted)
        : AnswerGuardedAsync(request, zone, trusted);

    // As if there were no cache.
    private ValueTask<EdgeError> PassByAsync(EdgeRequest request, ZoneRuntime zone, bool trusted)
    {
        request.ForgetAnswer();
        if (request.IsPrepared)
        {
            // They may be the store's and not the visitor's.
            CacheTurn.RemoveConditions(request.Head.Headers);
        }
        else
        {
            _forwarded.PrepareRequest(request, upgrade: false, trusted);
        }

        return _origins.ForwardAsync(request, zone, upgrade: false);
    }

    private async ValueTask<EdgeError> TryAsync(EdgeRequest request, ZoneRuntime zone, bool trusted)
    {
        var error = await AnswerGuardedAsync(request, zone, trusted).ConfigureAwait(false);
        if ((request.Guarded.Faulted & EdgeModule.Cache.Bit) == 0)
        {
            zone.Guard.Succeeded(EdgeModule.Cache);
        }

        return error;
    }

    private ValueTask<EdgeError> AnswerGuardedAsync(EdgeRequest request, ZoneRuntime zone, bool trusted)
    {
        var turn = _turns.Take();
        RequestStep? step;
        CollapseStep? collapse = null;
        bool asks;
        try
        {
            step = zone.Guard.RunPart(
                EdgeModule.Cache,
                request,
                (turn, request, zone),
                static it => (RequestStep?)it.turn.Begin(it.request, it.zone),
                null
            );

            // A lower edge is told first that this one is there.
            if (step == RequestStep.Fetch && request.Lower is null && !IsSliced(request, turn))
            {
                collapse = turn.CollapseAtOnce();
            }

            // Nothing stands between the request and its origin: one asynchronous call fewer of each kind that would wait for it.
            asks = collapse is CollapseStep.Alone or CollapseStep.Lead || (step == RequestStep.Pass && request.Lower is null);
            if (asks)
            {
                _forwarded.PrepareRequest(request, upgrade: false, trusted);
            }
        }
        catch (Exception e) when (IsOwnFault(e, request))
        {
            try
            {
                NoteFault(request, zone, turn, e);
            }
            finally
            {
                End(request, turn);
            }

            return PassByAsync(request, zone, trusted);
        }
        catch
        {
            End(request, turn);
            throw;
        }

        return asks ? AskAsync(request, zone, turn, ends: true, trusted) : AnswerAsync(request, zone, turn, step, collapse, trusted);
    }

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private async ValueTask<EdgeError> AnswerAsync(
        EdgeRequest request,
        ZoneRuntime zone,
        CacheTurn turn,
        RequestStep? step,
        CollapseStep? collapse,
        bool trusted
    )
    {
        try
        {
            while (step == RequestStep.Read)
            {
                step = await ReadAsync(request, zone, turn).ConfigureAwait(false);
            }

            switch (step)
            {
                case null:
                    break;

                case RequestStep.GatewayTimeout:
                    turn.WriteNotStored(request);
                    _forwarded.Stamp(request);
                    request.Start(Framing.Length, 0);
                    await request.EndAsync(null).ConfigureAwait(false);
                    return EdgeError.None;

                case RequestStep.Serve:
                    await _stored.ServeAsync(request, turn, forwardedOn: false).ConfigureAwait(false);
                    return EdgeError.None;

                case RequestStep.ServeAndRevalidate:
                    await ServeAndRevalidateAsync(request, zone, turn, trusted).ConfigureAwait(false);
                    return EdgeError.None;

                case RequestStep.Pass:
                    await TellLowerAsync(request).ConfigureAwait(false);
                    _forwarded.PrepareRequest(request, upgrade: false, trusted);
                    return await AskAsync(request, zone, turn, ends: false, trusted).ConfigureAwait(false);

                default:
                    await TellLowerAsync(request).ConfigureAwait(false);
                    return await MissAsync(request, zone, turn, collapse, trusted).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (IsOwnFault(e, request))
        {
            NoteFault(request, zone, turn, e);
        }
        finally
        {
            End(request, turn);
        }

        return await PassByAsync(request, zone, trusted).ConfigureAwait(false);
    }

    private static bool IsOwnFault(Exception e, EdgeRequest request) => ZoneGuard.IsFault(e) && !request.VisitorGone;

    // Throws where the request cannot be asked for anew, which ends it.
    private static void NoteFault(EdgeRequest request, ZoneRuntime zone, CacheTurn turn, Exception e)
    {
        zone.Guard.Faulted(EdgeModule.Cache, e, request);
        if (!MayBeAskedAnew(request, turn))
        {
            throw new ModuleFaultException(e);
        }
    }

    // What the origin may have seen is sent again only where that does no harm (RFC 9110 section 9.2.2), and what it has answered is not.
    private static bool MayBeAskedAnew(EdgeRequest request, CacheTurn turn) =>
        !request.HasStarted
        && turn.Taken is null
        && (!request.IsPrepared || request.Head is { Framing: Framing.None, Method: KnownMethod.Get or KnownMethod.Head });

    // Null when the disk is waited for in vain. The read may still come to its end in the turn, which nobody uses again then.
    private async ValueTask<RequestStep?> ReadAsync(EdgeRequest request, ZoneRuntime zone, CacheTurn turn)
    {
        var reading = ReadFromDiskAsync(request, zone, turn);
        if (reading.IsCompletedSuccessfully)
        {
            return reading.Result;
        }

        try
        {
            turn.IsReading = true;
            var step = await reading.AsTask().WaitAsync(zone.Guard.Edge.Limits.AwaitBudget, _sweep.Time).ConfigureAwait(false);
            turn.IsReading = false;
            return step;
        }
        catch (TimeoutException e)
        {
            zone.Guard.Faulted(EdgeModule.Cache, e, request);
            return null;
        }
        catch
        {
            turn.IsReading = false;
            throw;
        }
    }

    private static async ValueTask<RequestStep> ReadFromDiskAsync(EdgeRequest request, ZoneRuntime zone, CacheTurn turn)
    {
        await zone.Guard.MeetAsync(FaultPoint.CacheDiskRead).ConfigureAwait(false);
        return await turn.ReadAsync(request).ConfigureAwait(false);
    }

    private void End(EdgeRequest request, CacheTurn turn)
    {
        request.Tap = null;
        if (!turn.IsReading)
        {
            request.CacheReason = turn.Exchange.ReasonText;
            turn.Reset();
            _turns.Give(turn);
        }
    }

    private static bool IsSliced(EdgeRequest request, CacheTurn turn) =>
        request.CachePolicy.IsSliced(request.ForwardPath) && turn.Exchange.MayBeSliced;

    /// <summary>Gives fills and revalidations that are under way a moment to end.</summary>
    public ValueTask DisposeAsync() => _detached.DisposeAsync();

    // A lower edge need not wait for the origin to know that this one is there.
    private static ValueTask TellLowerAsync(EdgeRequest request) =>
        request is { Lower: not null, CanSendInterim: true, VisitorGone: false } ? request.SendInterimAsync(LowerEdge.Processing) : default;

    // The store has no answer: another request may be getting it already.
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private async ValueTask<EdgeError> MissAsync(EdgeRequest request, ZoneRuntime zone, CacheTurn turn, CollapseStep? known, bool trusted)
    {
        var exchange = turn.Exchange;
        if (known is null && IsSliced(request, turn))
        {
            var outcome = await _slices.AnswerAsync(request, zone, turn, trusted).ConfigureAwait(false);
            if (outcome == SlicedOutcome.Whole)
            {
                await _stored.ServeAsync(request, turn, forwardedOn: true).ConfigureAwait(false);
            }

            if (outcome != SlicedOutcome.NotSliced)
            {
                return EdgeError.None;
            }
        }

        var collapse = known ?? turn.Collapse();
        while (collapse == CollapseStep.Wait)
        {
            var shared = exchange.Shared!;
            await WaitAsync(request, shared).ConfigureAwait(false);
            if (request.IsAbandoned && shared.Outcome == FillOutcome.Pending)
            {
                return EdgeError.None;
            }

            switch (turn.Join(request))
            {
                case JoinStep.Again:
                    collapse = turn.Collapse();
                    continue;

                case JoinStep.Serve:
                    collapse = CollapseStep.Serve;
                    break;

                case JoinStep.ServeFill:
                    await _arriving.JoinAsync(request, turn).ConfigureAwait(false);
                    return EdgeError.None;

                case JoinStep.Fail:
                    return (EdgeError)shared.Failure;

                default:
                    collapse = CollapseStep.Alone;
                    break;
            }
        }

        if (collapse == CollapseStep.Serve)
        {
            await _stored.ServeAsync(request, turn, forwardedOn: true).ConfigureAwait(false);
            return EdgeError.None;
        }

        _forwarded.PrepareRequest(request, upgrade: false, trusted);
        var revalidates = exchange.State == CacheState.Revalidating;
        if (revalidates)
        {
            turn.SetValidators(request.Head.Headers);
        }

        var error = await AskAsync(request, zone, turn, ends: false, trusted).ConfigureAwait(false);
        if (revalidates)
        {
            _observer.Revalidated(BackgroundRevalidation.ResultOf(exchange));
        }

        return error;
    }

    // Until the other request's answer is known, for as long as requests wait for others, or until this one's visitor has left.
    private async ValueTask WaitAsync(EdgeRequest request, CollapsedFill shared)
    {
        if (shared.Decided.IsCompleted)
        {
            return;
        }

        // Not disposed of: the sweep may be about to cancel it. It has no timer unless the visitor leaves. What waits goes on elsewhere than
        // on the sweep's thread.
        var over = new CancellationTokenSource();
        using var limit = _sweep.Watch(() => over.CancelAsync());
        limit.Set(_collapseTimeout);
        request.Use(over);
        await shared.Decided.WaitAsync(over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        request.ReleaseExchange();
    }

    // Whether it ends the turn too, and then is all that stands between the request and a fault of the cache.
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private async ValueTask<EdgeError> AskAsync(EdgeRequest request, ZoneRuntime zone, CacheTurn turn, bool ends, bool trusted)
    {
        try
        {
            request.Tap = turn;
            while (true)
            {
                turn.Ask();
                var error = await _origins.ForwardAsync(request, zone, upgrade: false).ConfigureAwait(false);
                if (turn.Taken is not null)
                {
                    await _arriving.StoreAndServeAsync(request, zone, turn).ConfigureAwait(false);
                    return EdgeError.None;
                }

                if (request.HasStarted || request.IsAbandoned || request.Refused != MessageFault.None)
                {
                    return error;
                }

                if (turn.Instead == ResponseStep.FetchAgain)
                {
                    CacheTurn.RemoveConditions(request.Head.Headers);
                    continue;
                }

                if (turn.Instead == ResponseStep.Serve || (error != EdgeError.None && turn.Failed(error)))
                {
                    await _stored.ServeAsync(request, turn, forwardedOn: true).ConfigureAwait(false);
                    return EdgeError.None;
                }

                return error;
            }
        }
        catch (Exception e) when (ends && IsOwnFault(e, request))
        {
            NoteFault(request, zone, turn, e);
        }
        finally
        {
            if (ends)
            {
                End(request, turn);
            }
        }

        return await PassByAsync(request, zone, trusted).ConfigureAwait(false);
    }

    private async ValueTask ServeAndRevalidateAsync(EdgeRequest request, ZoneRuntime zone, CacheTurn turn, bool trusted)
    {
        var stored = turn.Exchange.Stored!;
        var own = new DetachedRequest(request, _sweep.Time);
        try
        {
            await _stored.ServeAsync(request, turn, forwardedOn: false).ConfigureAwait(false);
        }
        finally
        {
            // After the visitor has its answer, so that nothing of this can delay it; and also when the visitor has left.
            _detached.Keep(_behind.RevalidateAsync(own, zone, stored, trusted), own.Abandon);
        }
    }
}
