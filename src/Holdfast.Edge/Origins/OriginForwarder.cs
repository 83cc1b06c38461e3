using System.Runtime.CompilerServices;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Zones;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;
using Holdfast.Http.Origins;
using Holdfast.Http.Pooling;

namespace Holdfast.Edge.Origins;

/// <summary>
/// Sends a request to its zone's origin over HTTP/1.1 and the answer back to the visitor, both bodies at the same time and at the pace
/// of the slower side.
/// <code>
/// 1 take or make a connection   2 write the head   3 pump the request's body, unless the origin must first say 100
/// 4 read heads: pass interim ones on, stop at the final one   5 relay the answer's body   6 give the connection back
/// </code>
/// Nothing is sent twice, except a GET, HEAD or OPTIONS without a body, once, when a connection that had served before was closed
/// without a byte of answer.
/// </summary>
internal sealed class OriginForwarder(OriginTargets targets, ForwardedHeaders forwarded, EdgeLimits limits, TimeProvider time)
{
    private readonly OriginAcquisition _acquisition = new(targets, time);
    private readonly ResponseRelay _relay = new(forwarded);

    private static readonly ResponseHead Continue = new() { Status = 100 };

    /// <summary>Answers the request from its zone's origin.</summary>
    /// <param name="request">It has a target.</param>
    /// <param name="zone">The zone that the request began with.</param>
    /// <param name="upgrade">Whether the visitor's wish for another protocol is passed on.</param>
    /// <returns>
    /// <see cref="EdgeError.None"/> when the answer was sent, or begun and broken off; otherwise nothing was sent and this is the
    /// error to answer with.
    /// </returns>
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    public async ValueTask<EdgeError> ForwardAsync(EdgeRequest request, ZoneRuntime zone, bool upgrade)
    {
        var target = request.Target!;
        var started = time.GetTimestamp();
        try
        {
            // A stored response is the better answer than a request that the origin may have seen already, sent again.
            var mayRepeat = MayRepeat(request.Head) && request.Tap is not { HasFallback: true };
            var fresh = false;
            while (true)
            {
                // 1
                var (connection, error) = await _acquisition.AcquireAsync(request, target, fresh).ConfigureAwait(false);
                if (connection is null)
                {
                    return error;
                }

                request.Use(connection);
                var reused = connection.Exchanges > 0;
                var outcome = await ExchangeAsync(request, zone, connection, upgrade).ConfigureAwait(false);
                if (outcome == OriginFault.ClosedEarly && reused && mayRepeat && !fresh && !request.IsAbandoned && !request.HasStarted)
                {
                    fresh = true;
                    continue;
                }

                return outcome == OriginFault.None || request.HasStarted ? EdgeError.None : ErrorOf(request, outcome);
            }
        }
        finally
        {
            request.Origin.Total = time.GetElapsedTime(started);
        }
    }

    /// <summary>The error that says what went wrong with the origin.</summary>
    public static EdgeError ErrorOf(EdgeRequest request, OriginFault fault)
    {
        // What the visitor did wrong while its body was on the way explains what happened to the origin's connection.
        if (request.Refused != MessageFault.None)
        {
            return RefusalErrors.Of(request.Refused);
        }

        // The exchange was cut short because its visitor has gone: nobody's fault, and nobody to tell.
        return fault == OriginFault.ReadTimeout && request.IsAbandoned ? EdgeError.None : ErrorOf(fault);
    }

    /// <summary>The error that says what went wrong with an origin, whoever asked it.</summary>
    public static EdgeError ErrorOf(OriginFault fault) =>
        fault switch
        {
            OriginFault.Refused => EdgeError.OriginRefused,
            OriginFault.ConnectTimeout => EdgeError.OriginConnectTimeout,
            OriginFault.Unreachable => EdgeError.OriginUnreachable,
            OriginFault.NoResources => EdgeError.EdgeAtCapacity,
            OriginFault.TlsHandshake => EdgeError.OriginTlsHandshake,
            OriginFault.BadCertificate => EdgeError.OriginCertificate,
            OriginFault.ReadTimeout or OriginFault.WriteTimeout => EdgeError.OriginTimeout,
            _ => EdgeError.OriginUnknownError,
        };

    /// <summary>Whether the request may be sent a second time when an origin is known not to have begun its answer.</summary>
    public static bool MayRepeat(RequestHead head) =>
        head is { Framing: Framing.None, Method: KnownMethod.Get or KnownMethod.Head or KnownMethod.Options };

    /// <summary>Whether the upgrade is to HTTP/2, which nobody here would read: the classic way past a proxy's rules.</summary>
    public static bool AsksForHttp2(HeaderBlock headers) =>
        TokenList.AnyIn(headers, KnownHeader.Upgrade, "h2c"u8) || TokenList.AnyIn(headers, KnownHeader.Upgrade, "h2"u8);

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private async ValueTask<OriginFault> ExchangeAsync(EdgeRequest request, ZoneRuntime zone, OriginConnection connection, bool upgrade)
    {
        var sent = time.GetTimestamp();
        RequestPump? pump = null;
        var clean = false;
        var isTaken = false;
        connection.Begin();
        try
        {
            // 2
            var output = request.Scratch.Output;
            output.Clear();
            HeadWriter.WriteRequest(
                output,
                request.Head.MethodBytes,
                request.Head.Form == TargetForm.Asterisk ? "*"u8 : request.ForwardTarget,
                request.Route?.HostHeader
                    ?? zone.OriginHostHeader
                    ?? (request.Head.Host.IsEmpty ? request.Target!.HostText : request.Head.Host),
                request.Head.Headers,
                request.Head.Framing,
                request.Head.ContentLength
            );
            var hasBody = request.Head.Framing != Framing.None;
            if (hasBody && !request.Head.ExpectsContinue)
            {
                // 3, with the head in the same write as the beginning of the body
                pump = new RequestPump(request, connection, targets.Limits.WriteTimeout, request.ReadTimeout);
                pump.Start();
            }
            else
            {
                var writeFault = await WriteAsync(connection, output.Written).ConfigureAwait(false);
                if (writeFault != OriginFault.None)
                {
                    return writeFault;
                }

                request.WaitForOrigin(connection, request.ReadTimeout);
            }

            // 4
            var saidContinue = false;
            for (var interim = 0; ; interim++)
            {
                var reading = connection.ReadHeadAsync(request.Response, request.Head.Method, MessageLimits.ForOrigins);
                OriginFault fault;
                MessageFault detail;
                if (hasBody && pump is null && !reading.IsCompleted)
                {
                    var head = reading.AsTask();
                    if (!await IsDoneWithinAsync(head, limits.ContinueTimeout).ConfigureAwait(false))
                    {
                        // An origin that knows nothing of 100-continue waits for the body as the visitor waits for it: we say it.
                        saidContinue = true;
                        await SayContinueAsync(request, connection, head).ConfigureAwait(false);
                        pump = StartAfterContinue(request, connection, zone);
                    }

                    (fault, detail) = await head.ConfigureAwait(false);
                }
                else
                {
                    (fault, detail) = await reading.ConfigureAwait(false);
                }

                if (fault != OriginFault.None)
                {
                    request.Origin.Detail = detail;
                    return pump?.WriteFault is { } writeFault and not OriginFault.None && fault == OriginFault.ClosedEarly
                        ? writeFault
                        : fault;
                }

                if (!request.Response.IsInterim)
                {
                    break;
                }

                if (interim == EdgeLimits.MostInterim)
                {
                    return OriginFault.BadAnswer;
                }

                if (request.Response.Status != 100 || !saidContinue)
                {
                    await PassInterimAsync(request).ConfigureAwait(false);
                }

                if (request.Response.Status == 100 && hasBody && pump is null)
                {
                    pump = StartAfterContinue(request, connection, zone);
                }
            }

            connection.ReadDeadline.Lift();
            request.Origin.Status = request.Response.Status;
            request.Origin.FirstByte = time.GetElapsedTime(sent);
            if (request.Response.Status == 101)
            {
                return upgrade ? await TunnelAsync(request, connection).ConfigureAwait(false) : OriginFault.BadAnswer;
            }

            // 5
            var keepAlive = request.Response.KeepAlive;
            request.IsSent = pump?.IsComplete ?? !hasBody;
            var step = request.Tap?.Takes(request) ?? TapStep.Relay;
            if (step == TapStep.TakeOver)
            {
                _relay.Prepare(request);
                isTaken = true;
                var answer = new Http1OriginAnswer(connection, request.Response, request.ReadTimeout, keepAlive)
                {
                    MayBeKept = request.Release(connection),
                    Gate = request.TakeOriginGate(),
                };
                request.Tap!.TakeOver(request, answer);
                return OriginFault.None;
            }

            var body = request.Scratch.Body;
            body.Begin(connection, request.Response, MessageLimits.ForOrigins);
            if (step == TapStep.Drop)
            {
                // Without a body the connection stands at its next exchange; reading a body that nobody wants costs more than a new one.
                clean = keepAlive && body.LeavesCleanConnection && (pump is null ? !hasBody : pump.IsComplete);
                return OriginFault.None;
            }

            var relayed = await _relay.RelayAsync(request, zone, connection, body).ConfigureAwait(false);
            clean = relayed && keepAlive && body.LeavesCleanConnection && (pump is null ? !hasBody : pump.IsComplete);
            return OriginFault.None;
        }
        finally
        {
            // 6
            try
            {
                if (pump is not null)
                {
                    await pump.AbandonAsync().ConfigureAwait(false);
                }
            }
            finally
            {
                if (!isTaken)
                {
                    if (request.Release(connection) && clean && connection.Pool is { } pool)
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
    }

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private async ValueTask<OriginFault> WriteAsync(OriginConnection connection, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var writing = connection.WriteAsync(bytes);
            if (!writing.IsCompletedSuccessfully)
            {
                connection.WriteDeadline.Set(targets.Limits.WriteTimeout);
                await writing.ConfigureAwait(false);
                connection.WriteDeadline.Lift();
            }

            return OriginFault.None;
        }
        catch (Exception e) when (OriginConnection.IsBroken(e))
        {
            return connection.WriteDeadline.HasPassed ? OriginFault.WriteTimeout : OriginFault.ClosedEarly;
        }
    }

    private RequestPump StartAfterContinue(EdgeRequest request, OriginConnection connection, ZoneRuntime zone)
    {
        request.Scratch.Output.Clear();
        var pump = new RequestPump(request, connection, targets.Limits.WriteTimeout, request.ReadTimeout);
        pump.Start();
        return pump;
    }

    private static async ValueTask SayContinueAsync(EdgeRequest request, OriginConnection connection, Task head)
    {
        try
        {
            await request.SendInterimAsync(Continue).ConfigureAwait(false);
        }
        catch
        {
            // The visitor is gone. The read of the head must have ended before anybody else uses what it reads into.
            connection.Abort();
            await head.ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask<bool> IsDoneWithinAsync(Task task, TimeSpan moment)
    {
        using var done = new CancellationTokenSource();
        var first = await Task.WhenAny(task, Task.Delay(moment, time, done.Token)).ConfigureAwait(false);
        await done.CancelAsync().ConfigureAwait(false);
        return first == task;
    }

    private static async ValueTask PassInterimAsync(EdgeRequest request)
    {
        if (request.CanSendInterim && !request.VisitorGone)
        {
            ForwardedHeaders.PrepareInterim(request);
            await request.SendInterimAsync(request.Response).ConfigureAwait(false);
        }
    }

    private async ValueTask<OriginFault> TunnelAsync(EdgeRequest request, OriginConnection connection)
    {
        ForwardedHeaders.PrepareResponse(request);
        request.Response.Headers.Add(KnownHeader.Connection, "Upgrade"u8);
        request.Rules?.Answered(request);
        forwarded.Stamp(request);
        var visitor = await request.AcceptUpgradeAsync().ConfigureAwait(false);

        // A tunnel may stay for hours and ask for nothing: those that are open do not keep others out.
        request.LeaveOrigin();
        await Tunnel.RunAsync(request, visitor, connection, limits.TunnelIdleTimeout).ConfigureAwait(false);
        return OriginFault.None;
    }
}
