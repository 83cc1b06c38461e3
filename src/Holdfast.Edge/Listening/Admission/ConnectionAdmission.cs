using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.Edge.Listening.Admission;

/// <summary>
/// The first step of every listener: counts open connections and closes those beyond the limits at once. One for all listeners of a process.
/// </summary>
internal sealed class ConnectionAdmission(ConnectionLimits limits, ConnectionLedger ledger, AddressCounters addresses, TimeProvider time)
{
    private static readonly ConnectionAbortedException TooMany = new("Too many connections are open.");

    private int _open;

    /// <summary>Connections open now, over all listeners.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>The step that makes the connection's <see cref="ConnectionFacts"/> and keeps to the limit over all.</summary>
    public ConnectionDelegate LimitAll(ConnectionDelegate next)
    {
        Func<ConnectionContext, Task> then = next.Invoke;
        return connection => AdmitAsync(connection, then);
    }

    /// <summary>The same for a QUIC connection.</summary>
    public MultiplexedConnectionDelegate LimitAll(MultiplexedConnectionDelegate next)
    {
        Func<MultiplexedConnectionContext, Task> then = next.Invoke;
        return connection => AdmitAsync(connection, then);
    }

    /// <summary>The step that keeps to the limit per client address. It comes after the PROXY header, which says who the client is.</summary>
    public ConnectionDelegate LimitPerAddress(ConnectionDelegate next)
    {
        Func<ConnectionContext, Task> then = next.Invoke;
        return connection => AdmitFromAddressAsync(connection, then);
    }

    /// <summary>The same for a QUIC connection.</summary>
    public MultiplexedConnectionDelegate LimitPerAddress(MultiplexedConnectionDelegate next)
    {
        Func<MultiplexedConnectionContext, Task> then = next.Invoke;
        return connection => AdmitFromAddressAsync(connection, then);
    }

    private async Task AdmitAsync<T>(T connection, Func<T, Task> next)
        where T : BaseConnectionContext
    {
        var facts = new ConnectionFacts(connection, time.GetUtcNow(), time.GetTimestamp());
        connection.Features.Set(facts);
        try
        {
            if (Interlocked.Increment(ref _open) > limits.MaxConnections)
            {
                ledger.Refused(facts, RefusalReason.TooManyConnections);
                connection.Abort(TooMany);
                return;
            }

            ledger.Accepted();
            try
            {
                await next(connection);
            }
            finally
            {
                ledger.Closed();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task AdmitFromAddressAsync<T>(T connection, Func<T, Task> next)
        where T : BaseConnectionContext
    {
        var facts = connection.Features.GetRequiredFeature<ConnectionFacts>();
        if (!addresses.TryEnter(facts.Client.Address, limits.MaxConnectionsPerAddress, out var ticket))
        {
            ledger.Refused(facts, RefusalReason.TooManyFromAddress);
            connection.Abort(TooMany);
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            addresses.Leave(ticket);
        }
    }
}
