using System.Runtime.CompilerServices;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Requests;
using Holdfast.Http.Origins;
using Holdfast.Http.Pooling;

namespace Holdfast.Edge.Tiers;

/// <summary>Finds a connection to an upper edge, or none within <see cref="UpperTimes"/>.</summary>
internal sealed class UpperAcquisition(OriginTargets targets, TimeProvider time)
{
    /// <summary>Takes or makes a connection, and notes in the request's report which and how.</summary>
    /// <param name="request">The request that it is for.</param>
    /// <param name="upper">The upper edge.</param>
    /// <param name="fresh">Whether only a new one will do.</param>
    /// <returns>Null when none can be had in time.</returns>
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    public async ValueTask<OriginConnection?> AcquireAsync(EdgeRequest request, Upper upper, bool fresh)
    {
        OriginPool[] pools;
        try
        {
            var resolving = upper.Target.PoolsAsync(CancellationToken.None);
            pools = resolving.IsCompletedSuccessfully
                ? resolving.Result
                : await resolving.AsTask().WaitAsync(UpperTimes.Connect, time).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OriginNameException or TimeoutException)
        {
            return null;
        }

        var pool = pools[0];
        request.Origin.Address = pool.Endpoint.Address;
        request.Origin.Reused = false;
        if (!fresh && pool.TryTake() is { } idle)
        {
            request.Origin.LocalAddress = idle.LocalAddress;
            request.Origin.Reused = true;
            return idle;
        }

        ConnectResult result;
        using var enough = new CancellationTokenSource(UpperTimes.Secure, time);
        try
        {
            result = await targets.Connector.ConnectAsync(pool.Endpoint, UpperTimes.Connect, enough.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        request.Origin.Tcp = result.TcpTime;
        request.Origin.Tls = result.TlsTime;
        if (result.Connection is { } connection)
        {
            connection.Pool = pool;
            request.Origin.LocalAddress = connection.LocalAddress;
        }

        return result.Connection;
    }
}
