using System.Runtime.CompilerServices;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Origins.Concurrency;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Tiers;
using Holdfast.Edge.Zones;
using Holdfast.Http.Pooling;

namespace Holdfast.Edge.Origins;

/// <summary>
/// Sends a request to its zone's origin in the version of HTTP that it speaks; one that an upper edge may have the answer to goes there first.
/// </summary>
/// <param name="http1">Speaks HTTP/1.1.</param>
/// <param name="http2">Speaks HTTP/2; null where all origins are asked in HTTP/1.1.</param>
/// <param name="queue">Where requests wait for an origin that takes no more.</param>
/// <param name="upper">Asks upper edges, or null.</param>
internal sealed class OriginRouter(OriginForwarder http1, Http2OriginForwarder? http2, OriginQueue queue, UpperForwarder? upper = null)
{
    /// <summary>
    /// Whether an upgrade can reach the origin: the framework's HTTP/2 client upgrades nothing; an https origin speaks HTTP/1.1
    /// too, an h2c one does not.
    /// </summary>
    public static bool CanUpgrade(OriginTarget target) => !target.Key.Http2 || target.Key.Tls;

    /// <summary>Whether there are upper edges, which may be asked first.</summary>
    public bool HasUpper => upper is not null;

    /// <summary>Answers the request from its target; see <see cref="OriginForwarder.ForwardAsync"/>.</summary>
    public ValueTask<EdgeError> ForwardAsync(EdgeRequest request, ZoneRuntime zone, bool upgrade)
    {
        request.Upper = null;
        return upper is not null && !upgrade && UpperForwarder.MayAsk(request) && zone.Guard.MayRun(EdgeModule.Tiers, request)
            ? ForwardAsync(request, zone, upper)
            : ForwardStraightAsync(request, zone, upgrade);
    }

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private async ValueTask<EdgeError> ForwardAsync(EdgeRequest request, ZoneRuntime zone, UpperForwarder upper)
    {
        try
        {
            zone.Guard.Meet(FaultPoint.Tiers);
            var (isOver, error) = await upper.ForwardAsync(request, zone).ConfigureAwait(false);
            zone.Guard.Succeeded(EdgeModule.Tiers);
            if (isOver)
            {
                return error;
            }
        }
        catch (Exception e) when (ZoneGuard.IsFault(e) && !request.HasStarted && !request.VisitorGone)
        {
            // Only requests without a body come here, so that the origin can be asked as if no upper edge had been.
            zone.Guard.Faulted(EdgeModule.Tiers, e, request);
            request.Response.Clear();
            request.Upper = null;
        }

        return await ForwardStraightAsync(request, zone, upgrade: false).ConfigureAwait(false);
    }

    private ValueTask<EdgeError> ForwardStraightAsync(EdgeRequest request, ZoneRuntime zone, bool upgrade) =>
        zone.Settings.OriginConcurrencyLimit is null ? SendAsync(request, zone, upgrade) : SendInTurnAsync(request, zone, upgrade);

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private async ValueTask<EdgeError> SendInTurnAsync(EdgeRequest request, ZoneRuntime zone, bool upgrade)
    {
        var end = await queue.EnterAsync(request, zone).ConfigureAwait(false);
        if (end != OriginWaitEnd.Entered)
        {
            return end == OriginWaitEnd.VisitorLeft ? EdgeError.None : EdgeError.OriginQueueFull;
        }

        try
        {
            return await SendAsync(request, zone, upgrade).ConfigureAwait(false);
        }
        finally
        {
            request.LeaveOrigin();
        }
    }

    private ValueTask<EdgeError> SendAsync(EdgeRequest request, ZoneRuntime zone, bool upgrade) =>
        http2 is not null && request.Target!.Key.Http2 && !upgrade
            ? http2.ForwardAsync(request, zone)
            : http1.ForwardAsync(request, zone, upgrade);
}
