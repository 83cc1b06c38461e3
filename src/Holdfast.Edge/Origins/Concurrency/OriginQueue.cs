using Holdfast.Edge.Requests;
using Holdfast.Edge.Zones;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Headers;

namespace Holdfast.Edge.Origins.Concurrency;

/// <summary>
/// Keeps requests to an origin to as many at once as its zone allows (setting <c>origin_concurrency_limit</c>). What does not find room
/// waits, at most so many and for so long; requests of visitors whom the site knows, by a cookie or by credentials, go first and are turned
/// away last. Nothing waits that a stored response can answer, or that no visitor waits for.
/// </summary>
internal sealed class OriginQueue(DeadlineSweep sweep, IOriginEvents events)
{
    /// <summary>Enters the gate of the request's origin, at once or after a wait.</summary>
    /// <param name="request">It has a target.</param>
    /// <param name="zone">Its zone, which has a limit.</param>
    /// <returns>
    /// <see cref="OriginWaitEnd.Entered"/> when it may go on: it holds its place until <see cref="EdgeRequest.LeaveOrigin"/>. Anything else
    /// says why not.
    /// </returns>
    public ValueTask<OriginWaitEnd> EnterAsync(EdgeRequest request, ZoneRuntime zone)
    {
        var gate = request.Target!.GateOf(zone.Config.Id);
        var most = zone.Settings.OriginConcurrencyLimit!.Value;
        if (gate.TryEnter(most))
        {
            request.EnterOrigin(gate);
            return new ValueTask<OriginWaitEnd>(OriginWaitEnd.Entered);
        }

        if (request.Tap is { HasFallback: true })
        {
            return Refused(OriginWaitEnd.StoredInstead);
        }

        return request.IsInBackground
            ? Refused(OriginWaitEnd.Background)
            : WaitAsync(request, gate, new OriginWait(request, most, IsKnown(request)), zone);
    }

    private async ValueTask<OriginWaitEnd> WaitAsync(EdgeRequest request, OriginGate gate, OriginWait wait, ZoneRuntime zone)
    {
        gate.EnterOrWait(wait, zone.Settings.OriginQueueLength);
        if (!wait.Ended.IsCompleted)
        {
            events.Queued();
            var began = sweep.Time.GetTimestamp();

            // Not disposed of: the sweep may be about to cancel it. It has no timer unless the visitor leaves.
            var over = new CancellationTokenSource();
            using (var limit = sweep.Watch(() => over.CancelAsync()))
            {
                limit.Set(TimeSpan.FromSeconds(zone.Settings.OriginQueueTimeoutSeconds));
                request.Use(over);
                await ((Task)wait.Ended.WaitAsync(over.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                request.ReleaseExchange();
            }

            if (gate.TryGiveUp(wait))
            {
                wait.End(request.IsAbandoned ? OriginWaitEnd.VisitorLeft : OriginWaitEnd.TimedOut);
            }

            request.Origin.Queued += sweep.Time.GetElapsedTime(began);
            events.Dequeued();
        }

        // Completed, or about to be: whoever has taken it out of the queue says how.
        var end = await wait.Ended.ConfigureAwait(false);
        if (end != OriginWaitEnd.Entered)
        {
            return await Refused(end).ConfigureAwait(false);
        }

        request.EnterOrigin(gate);
        return end;
    }

    private ValueTask<OriginWaitEnd> Refused(OriginWaitEnd why)
    {
        events.NotAdmitted(why);
        return new ValueTask<OriginWaitEnd>(why);
    }

    private static bool IsKnown(EdgeRequest request) =>
        request.Head.Headers.Contains(KnownHeader.Cookie) || request.Head.Headers.Contains(KnownHeader.Authorization);
}
