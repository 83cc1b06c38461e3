using Holdfast.Edge.Requests;

namespace Holdfast.Edge.Origins;

/// <summary>Sees an origin's final answer on its way to the visitor: may take its place, add to its fields, and read its body along.</summary>
internal abstract class ResponseTap
{
    /// <summary>Whether there is another answer if the origin gives none: then a request is not sent a second time.</summary>
    public abstract bool HasFallback { get; }

    /// <summary>Whether the visitor gets the head but not the body, which is read all the same.</summary>
    public abstract bool WithholdsBody { get; }

    /// <summary>Looks at the head in <see cref="EdgeRequest.Response"/>, as the origin sent it.</summary>
    /// <returns>Whether it goes to the visitor. If not, it is dropped and nothing is sent.</returns>
    public abstract bool Takes(EdgeRequest request);

    /// <summary>Changes the head just before it goes out.</summary>
    public abstract void Dress(EdgeRequest request);

    /// <summary>Sees the next bytes of the body.</summary>
    public abstract void Body(ReadOnlySpan<byte> bytes);

    /// <summary>The body is whole. Not called when it breaks off.</summary>
    public abstract void End();
}
