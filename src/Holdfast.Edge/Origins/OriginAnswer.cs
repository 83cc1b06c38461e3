using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Origins.Concurrency;
using Holdfast.Http.Bodies;
using Holdfast.Http.Headers;

namespace Holdfast.Edge.Origins;

/// <summary>
/// The body of an origin's answer, taken out of the request that asked for it. Whoever has it reads it to its end and disposes of it,
/// which gives the origin's connection back where it is still good.
/// </summary>
internal abstract class OriginAnswer : IAsyncDisposable
{
    /// <summary>The body's length, or -1 when the origin does not say.</summary>
    public abstract long Length { get; }

    /// <summary>Whether everything has been read already, so that it can be disposed of without asking for the end.</summary>
    public abstract bool IsComplete { get; }

    /// <summary>The trailer fields, at the end; null without any.</summary>
    public abstract HeaderBlock? Trailers { get; }

    /// <summary>Why it could not be read on, after a piece that says so.</summary>
    public abstract EdgeError Error { get; }

    /// <summary>The next piece; waits as long as the zone lets an origin be silent. Its memory is valid until the next call.</summary>
    public abstract ValueTask<BodyPiece> ReadAsync();

    /// <summary>Gives the origin no more than <see cref="EdgeLimits.GoneVisitorGrace"/> from now on. May be called by any thread.</summary>
    public abstract void Hurry();

    /// <summary>The gate that the request had entered, which is left when the answer is disposed of; null without one.</summary>
    public OriginGate? Gate { get; set; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Close();
        if (Gate is { } gate)
        {
            Gate = null;
            gate.Leave();
        }

        return default;
    }

    /// <summary>Gives the connection back, or ends it. May be called several times.</summary>
    protected abstract void Close();
}
