using System.Runtime.CompilerServices;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Requests;
using Holdfast.Http.Origins;
using Holdfast.Http.Pooling;

namespace Holdfast.Edge.Origins;

/// <summary>Finds a connection for an exchange: an idle one, or a new one to the first of the origin's addresses that takes it.</summary>
internal sealed class OriginAcquisition(OriginTargets targets, TimeProvider time)
{
    /// <summary>Takes or makes a connection, and notes in the request's report which and how.</summary>
    /// <param name="request">The request that it is for.</param>
    /// <param name="target">Its origin.</param>
    /// <param name="fresh">Whether only a new one will do.</param>
    /// <returns>The connection, or none and why.</returns>
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    public async ValueTask<(OriginConnection? Connection, EdgeError Error)> AcquireAsync(
        EdgeRequest request,
        OriginTarget target,
        bool fresh
    )
    {
        OriginPool[] pools;
        var resolving = target.PoolsAsync(CancellationToken.None);
        if (resolving.IsCompletedSuccessfully)
        {
            pools = resolving.Result;
        }
        else
        {
            var asked = time.GetTimestamp();
            try
            {
                pools = await resolving.ConfigureAwait(false);
            }
            catch (OriginNameException)
            {
                targets.Events.NotResolved();
                return (null, EdgeError.OriginDns);
            }
            finally
            {
                request.Origin.Dns = time.GetElapsedTime(asked);
            }
        }

        pools = target.InTurn(pools, request.Ray.Value);
        if (!fresh)
        {
            var now = time.GetTimestamp();
            foreach (var pool in pools)
            {
                if (target.Spreads && pool.IsResting(now))
                {
                    continue;
                }

                if (pool.TryTake() is { } idle)
                {
                    request.Origin.Address = idle.Endpoint.Address;
                    request.Origin.LocalAddress = idle.LocalAddress;
                    request.Origin.Reused = true;
                    return (idle, EdgeError.None);
                }

                if (target.Spreads)
                {
                    // It is this address's turn: another one's connection would keep all requests where the first ones went.
                    break;
                }
            }
        }

        return await ConnectAsync(request, pools).ConfigureAwait(false);
    }

    private async ValueTask<(OriginConnection? Connection, EdgeError Error)> ConnectAsync(EdgeRequest request, OriginPool[] pools)
    {
        var started = time.GetTimestamp();
        var fault = OriginFault.Unreachable;
        var left = pools.Length;

        // Addresses that failed lately are tried when no other is left.
        for (var resting = 0; resting < 2; resting++)
        {
            foreach (var pool in pools)
            {
                if (pool.IsResting(started) != (resting == 1))
                {
                    continue;
                }

                // Each address gets its share of what is left, so that a dead first one leaves time for the others.
                var budget = targets.Limits.ConnectTimeout - time.GetElapsedTime(started);
                if (budget <= TimeSpan.Zero)
                {
                    return (null, OriginForwarder.ErrorOf(request, OriginFault.ConnectTimeout));
                }

                var result = await targets
                    .Connector.ConnectAsync(pool.Endpoint, budget / Math.Max(left--, 1), CancellationToken.None)
                    .ConfigureAwait(false);
                request.Origin.Address = pool.Endpoint.Address;
                request.Origin.Reused = false;
                request.Origin.Tcp = result.TcpTime;
                request.Origin.Tls = result.TlsTime;
                if (result.Connection is { } connection)
                {
                    connection.Pool = pool;
                    targets.Events.Connected();
                    request.Origin.LocalAddress = connection.LocalAddress;
                    return (connection, EdgeError.None);
                }

                pool.Rest();
                fault = result.Fault;
                targets.Events.NotConnected(fault);
            }
        }

        return (null, OriginForwarder.ErrorOf(request, fault));
    }
}
