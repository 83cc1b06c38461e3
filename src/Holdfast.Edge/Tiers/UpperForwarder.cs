using System.Runtime.CompilerServices;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Zones;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;
using Holdfast.Http.Origins;
using Holdfast.Http.Pooling;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Tiers;

/// <summary>
/// Asks upper edges for what the cache has not got, before the origin is asked. Whatever goes wrong with them before an answer has begun,
/// the origin is still there: nothing of ours takes a site down.
/// <code>
/// 1 the key's home, else the edge that stands in for it   2 take or make a connection   3 write the head
/// 4 a sign that somebody is there, interim answers, the final one   5 is it an upper edge's answer?   6 the body, as of an origin's
/// </code>
/// </summary>
internal sealed partial class UpperForwarder(
    UpperEdges uppers,
    TierIdentity identity,
    OriginTargets targets,
    ForwardedHeaders forwarded,
    IUpperEvents events,
    TimeProvider time,
    ILogger<UpperForwarder> logger
)
{
    private readonly UpperAcquisition _acquisition = new(targets, time);
    private readonly ResponseRelay _relay = new(forwarded);

    // What came of one upper edge. With Answered the request is over.
    private enum Step
    {
        Answered,
        GoneVisitor,
        Refused,
        OriginTooSlow,
        Self,
        Failed,
        ClosedEarly,
    }

    /// <summary>
    /// Whether it is a request that an upper edge is asked for. One that rules have given another target or another way to its origin is not: the upper
    /// edge is told what the visitor asked for, and does not run those rules again.
    /// </summary>
    public static bool MayAsk(EdgeRequest request) =>
        request is { Lower: null, HasOwnWay: false, Tap: { } tap, Head: { Framing: Framing.None, Host.IsEmpty: false } }
        && !tap.UpperKey.IsEmpty
        && !request.IsRewritten;

    /// <summary>Asks the upper edge at home for the request's key, or the one that stands in for it.</summary>
    /// <param name="request">One that <see cref="MayAsk"/>; its fields are prepared for the origin.</param>
    /// <param name="zone">The zone that the request began with.</param>
    /// <returns>
    /// Whether the request is over, and with which error, as of <see cref="OriginForwarder.ForwardAsync"/>. When it is not, nothing has been
    /// sent, and the origin is to be asked.
    /// </returns>
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    public async ValueTask<(bool IsOver, EdgeError Error)> ForwardAsync(EdgeRequest request, ZoneRuntime zone)
    {
        // 1
        var (home, next) = uppers.For(request.Tap!.UpperKey);
        for (var upper = home; upper is { IsSelf: false }; upper = upper == home ? next : null)
        {
            var wasResting = upper.IsResting;
            if (!upper.TryAsk())
            {
                events.Asked(UpperResult.Resting);
                continue;
            }

            var step = await AskAsync(request, zone, upper).ConfigureAwait(false);
            switch (step)
            {
                case Step.Answered or Step.Refused or Step.OriginTooSlow or Step.Self:
                    if (upper.Answered())
                    {
                        LogBack(upper.Url.ToString());
                    }

                    break;

                case Step.GoneVisitor:
                    return (true, EdgeError.None);

                default:
                    events.Asked(UpperResult.Failed);
                    if (upper.Failed(wasResting) is { } rest)
                    {
                        LogRests(upper.Url.ToString(), rest.TotalSeconds);
                    }

                    continue;
            }

            events.Asked(step == Step.Answered ? UpperResult.Answered : UpperResult.Refused);
            if (step == Step.Self)
            {
                upper.FoundSelf();
            }

            return (step is Step.Answered or Step.OriginTooSlow, step == Step.OriginTooSlow ? EdgeError.OriginTimeout : EdgeError.None);
        }

        return (false, EdgeError.None);
    }

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private async ValueTask<Step> AskAsync(EdgeRequest request, ZoneRuntime zone, Upper upper)
    {
        var started = time.GetTimestamp();
        var headers = request.Head.Headers;
        var wantsFresh = request.Tap!.TakeInvalidation();
        headers.Add(KnownHeader.HoldfastLower, identity.FieldFor(wantsFresh));
        var step = Step.Failed;
        try
        {
            for (var fresh = false; ; fresh = true)
            {
                // 2
                if (await _acquisition.AcquireAsync(request, upper, fresh).ConfigureAwait(false) is not { } connection)
                {
                    return step = Step.Failed;
                }

                request.Use(connection);
                var reused = connection.Exchanges > 0;
                step = await ExchangeAsync(request, zone, connection).ConfigureAwait(false);
                if (step != Step.ClosedEarly || !reused || fresh || request.IsAbandoned)
                {
                    return step;
                }
            }
        }
        finally
        {
            headers.Remove(KnownHeader.HoldfastLower);
            request.Origin.Total = time.GetElapsedTime(started);
            if (wantsFresh && step != Step.Answered)
            {
                request.Tap!.KeepInvalidation();
            }
        }
    }

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private async ValueTask<Step> ExchangeAsync(EdgeRequest request, ZoneRuntime zone, OriginConnection connection)
    {
        var sent = time.GetTimestamp();
        var isClean = false;
        var isTaken = false;
        connection.Begin();
        try
        {
            // 3
            var head = request.Head;
            var output = request.Scratch.Output;
            output.Clear();
            HeadWriter.WriteRequest(output, head.MethodBytes, head.Target, head.Host, head.Headers, Framing.None, 0);
            if (!await WriteAsync(connection, output.Written).ConfigureAwait(false))
            {
                return Step.ClosedEarly;
            }

            // 4
            request.WaitForOrigin(connection, UpperTimes.FirstSign);
            for (var interim = 0; ; interim++)
            {
                var (fault, _) = await connection
                    .ReadHeadAsync(request.Response, head.Method, MessageLimits.ForOrigins)
                    .ConfigureAwait(false);
                if (fault != OriginFault.None)
                {
                    return request.IsAbandoned ? Step.GoneVisitor
                        : fault == OriginFault.ClosedEarly ? Step.ClosedEarly
                        : Step.Failed;
                }

                if (!request.Response.IsInterim)
                {
                    break;
                }

                if (interim == EdgeLimits.MostInterim)
                {
                    return Step.Failed;
                }

                request.WaitForOrigin(connection, request.ReadTimeout + UpperTimes.BesideOrigin);
                await PassInterimAsync(request).ConfigureAwait(false);
            }

            connection.ReadDeadline.Lift();

            // 5
            var response = request.Response;
            var keepAlive = response.KeepAlive;
            var mark = UpperMark.Take(response.Headers);
            if (mark is null or { Error: > 0 })
            {
                isClean = keepAlive && response is { Framing: Framing.Length, ContentLength: 0 };
                return mark is null ? (response.Status is >= 400 and < 500 ? Step.Refused : Step.Failed)
                    : mark.IsSelf ? Step.Self
                    : mark.Error == EdgeErrorCatalog.Get(EdgeError.OriginTimeout).Status ? Step.OriginTooSlow
                    : Step.Refused;
            }

            // 6
            request.Upper = mark;
            request.Origin.IsTiered = true;
            request.Origin.Status = response.Status;
            request.Origin.FirstByte = time.GetElapsedTime(sent);
            var step = request.Tap!.Takes(request);
            if (step == TapStep.TakeOver)
            {
                _relay.Prepare(request);
                isTaken = true;
                request.Tap.TakeOver(
                    request,
                    new Http1OriginAnswer(connection, response, request.ReadTimeout, keepAlive) { MayBeKept = request.Release(connection) }
                );
                return Step.Answered;
            }

            var body = request.Scratch.Body;
            body.Begin(connection, response, MessageLimits.ForOrigins);
            var isWhole = step == TapStep.Drop || await _relay.RelayAsync(request, zone, connection, body).ConfigureAwait(false);
            isClean = isWhole && keepAlive && body.LeavesCleanConnection;
            return Step.Answered;
        }
        finally
        {
            if (!isTaken)
            {
                if (request.Release(connection) && isClean && connection.Pool is { } pool)
                {
                    pool.Return(connection);
                }
                else
                {
                    connection.Dispose();
                }
            }
        }
    }

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private static async ValueTask<bool> WriteAsync(OriginConnection connection, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var writing = connection.WriteAsync(bytes);
            if (!writing.IsCompletedSuccessfully)
            {
                connection.WriteDeadline.Set(UpperTimes.FirstSign);
                await writing.ConfigureAwait(false);
                connection.WriteDeadline.Lift();
            }

            return true;
        }
        catch (Exception e) when (OriginConnection.IsBroken(e))
        {
            return false;
        }
    }

    // The upper edge's own sign is for this edge alone.
    private static async ValueTask PassInterimAsync(EdgeRequest request)
    {
        if (request.Response.Status != LowerEdge.Processing.Status && request is { CanSendInterim: true, VisitorGone: false })
        {
            ForwardedHeaders.PrepareInterim(request);
            await request.SendInterimAsync(request.Response).ConfigureAwait(false);
        }
    }

    [LoggerMessage(
        EventId = 1301,
        Level = LogLevel.Warning,
        Message = "The upper edge {Url} does not answer, or does not know this edge; it is not asked for {Seconds:F1} s, the origins are."
    )]
    private partial void LogRests(string url, double seconds);

    [LoggerMessage(EventId = 1302, Level = LogLevel.Warning, Message = "The upper edge {Url} answers again.")]
    private partial void LogBack(string url);
}
