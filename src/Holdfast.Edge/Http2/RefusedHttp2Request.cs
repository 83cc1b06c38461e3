using System.Diagnostics.CodeAnalysis;
using Holdfast.Edge.Listening;
using Holdfast.Edge.Listening.Http2;
using Holdfast.Edge.Requests;

namespace Holdfast.Edge.Http2;

/// <summary>
/// A request that Kestrel refused before the edge saw it. Of its head nothing is known; it is for the record of what came over the
/// connection, and why nothing came of it.
/// </summary>
internal sealed class RefusedHttp2Request : UnheardRequest
{
    // A reason quotes what was sent, which may be long.
    private const int LongestDetail = 200;

    [SetsRequiredMembers]
    private RefusedHttp2Request(ConnectionFacts connection, Http2Refusal refusal, RayId ray, TimeProvider time)
    {
        Connection = connection;
        TakeBuffers();
        Head.Clear();
        Head.Version = 20;
        Begin(ray, time.GetUtcNow(), time.GetTimestamp());
        Ordinal = 0;
        Refused = refusal.Fault;
        RefusedDetail = refusal.Detail.Length > LongestDetail ? refusal.Detail[..LongestDetail] : refusal.Detail;
        if (refusal.Status > 0)
        {
            Response.Status = refusal.Status;
            HasStarted = true;
        }
    }

    /// <inheritdoc/>
    public override string RefusedDetail { get; }

    /// <summary>Takes a refusal down.</summary>
    public static void Record(IRequestObserver observer, ConnectionFacts connection, Http2Refusal refusal, TimeProvider time)
    {
        var request = new RefusedHttp2Request(connection, refusal, RayId.Next(Random.Shared), time);
        request.LocateWith(observer);
        observer.Ended(request);
        request.GiveBuffers();
    }
}
