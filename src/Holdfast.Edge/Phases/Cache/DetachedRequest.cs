using System.Diagnostics.CodeAnalysis;
using Holdfast.Edge.Requests;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Phases.Cache;

/// <summary>
/// A GET that the cache makes in the name of a visitor who has been answered already. What the origin says goes to nobody; the cache
/// reads it along.
/// </summary>
internal sealed class DetachedRequest : UnheardRequest
{
    /// <summary>With the fields of a visitor's request, which are as the visitor sent them.</summary>
    [SetsRequiredMembers]
    public DetachedRequest(EdgeRequest visitor, TimeProvider time)
    {
        Connection = visitor.Connection;
        TakeBuffers();
        Head.Clear();
        Head.SetLine("GET"u8, visitor.ForwardTarget, visitor.Head.Host, visitor.Head.Form);
        Head.Version = visitor.Head.Version;
        Head.Framing = Framing.None;
        Head.Headers.CopyFrom(visitor.Head.Headers);
        Begin(visitor.Ray, time.GetUtcNow(), time.GetTimestamp());
        TakeVisitorOf(visitor);
        Target = visitor.Target;
        IsRewritten = visitor.IsRewritten;
        CachePolicy = visitor.CachePolicy;
        Route = visitor.Route;
        SetCacheKey(
            visitor.HasKeyQuery ? (ReadOnlyMemory<byte>?)visitor.KeyQuery.ToArray() : null,
            visitor.KeySuffix.ToArray(),
            visitor.HasResolvedKey
        );
    }

    /// <inheritdoc/>
    public override bool IsRewritten { get; }
}
