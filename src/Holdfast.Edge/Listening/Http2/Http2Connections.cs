using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Holdfast.Edge.Listening.Http2;

/// <summary>
/// The open HTTP/2 connections by Kestrel's id, which is all that Kestrel's own messages name a connection by. Any thread may call it.
/// </summary>
internal sealed class Http2Connections
{
    private readonly ConcurrentDictionary<string, ConnectionFacts> _open = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count => _open.Count;

    /// <summary>The facts of a connection; null when it is none of HTTP/2, or has ended.</summary>
    public ConnectionFacts? Find(string id) => _open.GetValueOrDefault(id);

    /// <summary>Hands a connection to Kestrel, and knows it until Kestrel is done with it.</summary>
    public async Task ServeAsync(ConnectionContext connection, ConnectionFacts facts, ConnectionDelegate kestrel)
    {
        _open[facts.ConnectionId] = facts;
        try
        {
            await kestrel(connection);
        }
        finally
        {
            _open.TryRemove(facts.ConnectionId, out _);
        }
    }
}
