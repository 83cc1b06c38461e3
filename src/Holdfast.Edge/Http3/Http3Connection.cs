using System.Net;
using Holdfast.Edge.Listening;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.Edge.Http3;

/// <summary>A QUIC connection whose streams carry its <see cref="ConnectionFacts"/>, as requests expect to find them.</summary>
/// <param name="inner">The transport's connection.</param>
/// <param name="facts">What is known about it.</param>
internal sealed class Http3Connection(MultiplexedConnectionContext inner, ConnectionFacts facts) : MultiplexedConnectionContext
{
    /// <inheritdoc/>
    public override string ConnectionId
    {
        get => inner.ConnectionId;
        set => inner.ConnectionId = value;
    }

    /// <inheritdoc/>
    public override IFeatureCollection Features => inner.Features;

    /// <inheritdoc/>
    public override IDictionary<object, object?> Items
    {
        get => inner.Items;
        set => inner.Items = value;
    }

    /// <inheritdoc/>
    public override CancellationToken ConnectionClosed
    {
        get => inner.ConnectionClosed;
        set => inner.ConnectionClosed = value;
    }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint
    {
        get => inner.LocalEndPoint;
        set => inner.LocalEndPoint = value;
    }

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint
    {
        get => inner.RemoteEndPoint;
        set => inner.RemoteEndPoint = value;
    }

    /// <inheritdoc/>
    public override async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        var stream = await inner.AcceptAsync(cancellationToken).ConfigureAwait(false);
        stream?.Features.Set(facts);
        return stream;
    }

    /// <inheritdoc/>
    public override ValueTask<ConnectionContext> ConnectAsync(
        IFeatureCollection? features = null,
        CancellationToken cancellationToken = default
    ) => inner.ConnectAsync(features, cancellationToken);

    /// <inheritdoc/>
    public override void Abort() => inner.Abort();

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason) => inner.Abort(abortReason);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => inner.DisposeAsync();
}
