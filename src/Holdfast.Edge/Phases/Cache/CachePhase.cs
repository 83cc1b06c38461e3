using System.Runtime.CompilerServices;
using Holdfast.Cache.Compression;
using Holdfast.Cache.Exchange;
using Holdfast.Cache.Storage;
using Holdfast.Edge.Compression;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Zones;
using Holdfast.Http.Messages;
using Holdfast.Http.Pooling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;

namespace Holdfast.Edge.Phases.Cache;

/// <summary>
/// Answers requests from the store where it may, and from the origin otherwise. What may be is decided by <see cref="CacheExchange"/>;
/// here is the I/O around it. A hit allocates nothing and takes no lock.
/// </summary>
internal sealed partial class CachePhase : IAsyncDisposable
{
    // As many as requests are under way at once, as a rule.
    private const int PooledTurns = 1024;

    private readonly MemoryStore _store;
    private readonly OriginRouter _origins;
    private readonly ForwardedHeaders _forwarded;
    private readonly TimeProvider _time;
    private readonly ILogger<CachePhase> _logger;
    private readonly ObjectPool<CacheTurn> _turns;
    private readonly SlicedAnswers _slices;
    private readonly Dictionary<Task, DetachedRequest> _revalidations = [];

    /// <summary>For one edge.</summary>
    public CachePhase(MemoryStore store, OriginRouter origins, ForwardedHeaders forwarded, TimeProvider time, ILogger<CachePhase> logger)
    {
        _store = store;
        _origins = origins;
        _forwarded = forwarded;
        _time = time;
        _logger = logger;
        _turns = new DefaultObjectPool<CacheTurn>(new TurnPolicy(store, time), PooledTurns);
        _slices = new SlicedAnswers(_turns, origins, forwarded, time);
    }

    /// <summary>Answers a request whose fields are as the visitor sent them.</summary>
    /// <param name="request">Its zone has an origin.</param>
    /// <param name="zone">The zone that the request began with.</param>
    /// <param name="trusted">Whether the peer is a trusted upstream.</param>
    /// <returns>As <see cref="OriginForwarder.ForwardAsync"/>.</returns>
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    public async ValueTask<EdgeError> AnswerAsync(EdgeRequest request, ZoneRuntime zone, bool trusted)
    {
        var turn = _turns.Get();
        try
        {
            var step = turn.Begin(request, zone);
            switch (step)
            {
                case RequestStep.GatewayTimeout:
                    turn.WriteNotStored(request);
                    _forwarded.Stamp(request);
                    request.Start(Framing.Length, 0);
                    await request.EndAsync(null).ConfigureAwait(false);
                    return EdgeError.None;

                case RequestStep.Serve:
                    await ServeAsync(request, turn, forwardedOn: false).ConfigureAwait(false);
                    return EdgeError.None;

                case RequestStep.ServeAndRevalidate:
                    await ServeAndRevalidateAsync(request, zone, turn, trusted).ConfigureAwait(false);
                    return EdgeError.None;
            }

            if (zone.Cache.IsSliced(request.Head.Path) && turn.Exchange.MayBeSliced)
            {
                var outcome = await _slices.AnswerAsync(request, zone, turn, trusted).ConfigureAwait(false);
                if (outcome == SlicedOutcome.Whole)
                {
                    await ServeAsync(request, turn, forwardedOn: true).ConfigureAwait(false);
                }

                if (outcome != SlicedOutcome.NotSliced)
                {
                    return EdgeError.None;
                }
            }

            _forwarded.PrepareRequest(request, upgrade: false, trusted);
            if (step == RequestStep.Revalidate)
            {
                turn.SetValidators(request.Head.Headers);
            }

            return await AskAsync(request, zone, turn).ConfigureAwait(false);
        }
        finally
        {
            request.Tap = null;
            turn.Reset();
            _turns.Return(turn);
        }
    }

    /// <summary>Gives the revalidations that are under way a moment to end, as it does a visitor's request whose visitor has gone.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] left;
        lock (_revalidations)
        {
            left = [.. _revalidations.Keys];
            foreach (var request in _revalidations.Values)
            {
                request.SetVisitorGone();
            }
        }

        await Task.WhenAll(left).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private async ValueTask<EdgeError> AskAsync(EdgeRequest request, ZoneRuntime zone, CacheTurn turn)
    {
        request.Tap = turn;
        while (true)
        {
            turn.Ask();
            var error = await _origins.ForwardAsync(request, zone, upgrade: false).ConfigureAwait(false);
            if (request.HasStarted || request.VisitorGone || request.Refused != MessageFault.None)
            {
                return error;
            }

            if (turn.Instead == ResponseStep.FetchAgain)
            {
                CacheTurn.RemoveConditions(request.Head.Headers);
                continue;
            }

            if (turn.Instead == ResponseStep.Serve || (error != EdgeError.None && turn.Exchange.Failed()))
            {
                await ServeAsync(request, turn, forwardedOn: true).ConfigureAwait(false);
                return EdgeError.None;
            }

            return error;
        }
    }

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder))]
    private async ValueTask ServeAsync(EdgeRequest request, CacheTurn turn, bool forwardedOn)
    {
        var answer = turn.WriteHead(request, forwardedOn);
        var stored = turn.Exchange.Stored!;
        var coding = StoredEncoding.Offer(request, stored, answer);
        if (coding != ContentCoding.Identity)
        {
            await ServeEncodedAsync(request, stored, coding).ConfigureAwait(false);
            return;
        }

        _forwarded.Stamp(request);
        if (answer.Status is 204 or 304)
        {
            request.Start(Framing.None, -1);
        }
        else
        {
            request.Start(Framing.Length, answer.Length);
        }

        if (request.Head.Method == KnownMethod.Head || await StoredBytes.SendAsync(request, stored, answer).ConfigureAwait(false))
        {
            await request.EndAsync(null).ConfigureAwait(false);
        }
    }

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder))]
    private async ValueTask ServeEncodedAsync(EdgeRequest request, StoredResponse stored, ContentCoding coding)
    {
        var isHead = request.Head.Method == KnownMethod.Head;
        if (await StoredEncoding.FindOrMakeAsync(_store, stored, coding, mayMake: !isHead).ConfigureAwait(false) is { } made)
        {
            if (made.Length > 0)
            {
                ResponseCompression.WriteFields(request.Response.Headers, coding);
            }

            var body = made.Length > 0 ? made : null;
            _forwarded.Stamp(request);
            request.Start(Framing.Length, body?.Length ?? stored.BodyLength);
            if (isHead || await StoredBytes.SendAsync(request, stored, body, 0, body?.Length ?? stored.BodyLength).ConfigureAwait(false))
            {
                await request.EndAsync(null).ConfigureAwait(false);
            }

            return;
        }

        // Somebody else is making it, or it is too large to be made at once: it is encoded on its way.
        ResponseCompression.Encode(request, coding, hasBody: !isHead);
        _forwarded.Stamp(request);
        request.Start(Framing.Length, -1);
        if (isHead || await StoredBytes.SendAsync(request, stored, null, 0, stored.BodyLength).ConfigureAwait(false))
        {
            await request.EndAsync(null).ConfigureAwait(false);
        }
    }

    private async ValueTask ServeAndRevalidateAsync(EdgeRequest request, ZoneRuntime zone, CacheTurn turn, bool trusted)
    {
        var stored = turn.Exchange.Stored!;
        var own = new DetachedRequest(request, _time);
        try
        {
            await ServeAsync(request, turn, forwardedOn: false).ConfigureAwait(false);
        }
        finally
        {
            // After the visitor has its answer, so that nothing of this can delay it; and also when the visitor has left.
            Keep(RevalidateAsync(own, zone, stored, trusted), own);
        }
    }

    private void Keep(Task revalidation, DetachedRequest request)
    {
        if (revalidation.IsCompleted)
        {
            return;
        }

        lock (_revalidations)
        {
            _revalidations.Add(revalidation, request);
        }

        revalidation.ContinueWith(
            done =>
            {
                lock (_revalidations)
                {
                    _revalidations.Remove(done);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }

    private async Task RevalidateAsync(DetachedRequest request, ZoneRuntime zone, StoredResponse stored, bool trusted)
    {
        var turn = _turns.Get();
        try
        {
            turn.BeginRevalidation(request, zone, stored);
            _forwarded.PrepareRequest(request, upgrade: false, trusted);
            turn.SetValidators(request.Head.Headers);
            request.Tap = turn;
            do
            {
                turn.Ask();
                await _origins.ForwardAsync(request, zone, upgrade: false).ConfigureAwait(false);
                CacheTurn.RemoveConditions(request.Head.Headers);
            } while (turn.Instead == ResponseStep.FetchAgain && !request.HasStarted);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogFault(e, request.Ray.ToString());
        }
        finally
        {
            stored.EndRevalidation();
            turn.Reset();
            _turns.Return(turn);
            request.GiveBuffers();
        }
    }

    [LoggerMessage(
        EventId = 1101,
        Level = LogLevel.Error,
        Message = "Revalidating a stored response for request {Ray} met a fault of the edge."
    )]
    private partial void LogFault(Exception exception, string ray);

    private sealed class TurnPolicy(MemoryStore store, TimeProvider time) : PooledObjectPolicy<CacheTurn>
    {
        public override CacheTurn Create() => new(store, time);

        public override bool Return(CacheTurn obj) => true;
    }
}
