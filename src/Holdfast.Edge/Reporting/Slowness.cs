using Holdfast.Edge.Requests;

namespace Holdfast.Edge.Reporting;

/// <summary>Who kept a visitor waiting for longer than is usual anywhere.</summary>
internal enum Slowness
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>The edge: without what the origin took, an answer of at most 64 KB took longer than <see cref="SlownessOf.EdgeLimit"/>.</summary>
    Edge,

    /// <summary>The origin: from asking for a connection to the answer's head it took longer than <see cref="SlownessOf.OriginLimit"/>.</summary>
    Origin,
}

/// <summary>Says of a request who kept its visitor waiting. Two fixed limits: what is watched is how often they are passed, not by how much.</summary>
internal static class SlownessOf
{
    /// <summary>The edge's own work takes a millisecond: a quarter of a second is a queue.</summary>
    public static readonly TimeSpan EdgeLimit = TimeSpan.FromMilliseconds(250);

    /// <summary>A second is where people notice.</summary>
    public static readonly TimeSpan OriginLimit = TimeSpan.FromSeconds(1);

    /// <summary>Longer answers wait for visitors' lines, which are not ours; so many bytes fit the socket's buffers.</summary>
    private const long MostBytes = 64 * 1024;

    /// <summary>The verdict on a request that has ended.</summary>
    /// <param name="request">The request.</param>
    /// <param name="elapsed">How long it took in all.</param>
    public static Slowness Read(EdgeRequest request, TimeSpan elapsed)
    {
        var origin = request.Origin;
        if (origin.Dns + origin.Tcp + origin.Tls + origin.FirstByte > OriginLimit)
        {
            return Slowness.Origin;
        }

        // What the visitor sends, a tunnel, and the wait for another's answer are not the edge's time.
        return
            elapsed - origin.Total - origin.Queued > EdgeLimit
            && request is { BodyBytesRead: 0, IsCollapsed: false, VisitorGone: false, Response.Status: not 101 }
            && request.ResponseBodyBytes <= MostBytes
            ? Slowness.Edge
            : Slowness.None;
    }
}
