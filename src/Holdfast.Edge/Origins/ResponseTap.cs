using Holdfast.Edge.Requests;

namespace Holdfast.Edge.Origins;

/// <summary>What becomes of an origin's final answer.</summary>
internal enum TapStep : byte
{
    /// <summary>It goes to the visitor, at the visitor's pace.</summary>
    Relay,

    /// <summary>It is dropped and nothing is sent.</summary>
    Drop,

    /// <summary>The tap gets it and reads its body on its own; the request is free of the origin from then on.</summary>
    TakeOver,
}

/// <summary>Sees an origin's final answer on its way to the visitor: may take its place, add to its fields, and take its body over.</summary>
internal abstract class ResponseTap
{
    /// <summary>Whether there is another answer if the origin gives none: then a request is not sent a second time.</summary>
    public abstract bool HasFallback { get; }

    /// <summary>The key by which the upper edge is found that is asked first; empty when the origin is asked at once.</summary>
    public virtual ReadOnlySpan<byte> UpperKey => default;

    /// <summary>Whether the upper edge must not answer from what it had stored before; taken, unless it is given back.</summary>
    public virtual bool TakeInvalidation() => false;

    /// <summary>Gives that back.</summary>
    public virtual void KeepInvalidation() { }

    /// <summary>Looks at the head in <see cref="EdgeRequest.Response"/>, as the origin sent it, and says what becomes of the answer.</summary>
    public abstract TapStep Takes(EdgeRequest request);

    /// <summary>Changes the head just before it goes out, or is taken over.</summary>
    public abstract void Dress(EdgeRequest request);

    /// <summary>Takes the answer's body over, after <see cref="TapStep.TakeOver"/>; the head stands dressed in the request, not started.</summary>
    public abstract void TakeOver(EdgeRequest request, OriginAnswer answer);

    /// <summary>
    /// The request's visitor has gone: says whether its exchange with the origin is to end. Not, when others wait for it. Called from any
    /// thread, also when the request has ended already.
    /// </summary>
    public abstract bool TryAbandon();
}
