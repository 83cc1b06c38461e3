using Holdfast.Edge.Origins;
using Holdfast.Edge.Rules;
using Holdfast.Http.Messages;
using Holdfast.Http.Pooling;

namespace Holdfast.Edge.Requests;

/// <summary>
/// What a request needs while it is under way: both heads, and what an exchange with an origin needs. A connection that waits for its
/// next request holds none of it, so that ten thousand idle visitors cost little.
/// </summary>
internal sealed class ExchangeBuffers
{
    // More requests than a machine has under way at once, as a rule; beyond that they are made anew.
    private const int Pooled = 1024;

    // What was grown for an unusual request is not kept for usual ones.
    private const int UsualHead = 16 * 1024;
    private const int UsualOutput = 32 * 1024;

    private RuleTurn? _rules;

    private static readonly NearPool<ExchangeBuffers> Pool = new(static () => new ExchangeBuffers(), Pooled);

    /// <summary>The request's head.</summary>
    public RequestHead Head { get; } = new();

    /// <summary>The answer's head.</summary>
    public ResponseHead Response { get; } = new();

    /// <summary>What an exchange with the origin needs beside.</summary>
    public ExchangeScratch Scratch { get; } = new();

    /// <summary>The way through a zone's rules; made when a request of a zone with rules first needs it.</summary>
    public RuleTurn Rules => _rules ??= new RuleTurn();

    /// <summary>Buffers that nobody else uses, with whatever their last user left in them.</summary>
    public static ExchangeBuffers Rent() => Pool.Take();

    /// <summary>Gives buffers back. Nothing may be reading from them or into them any more.</summary>
    public static void Return(ExchangeBuffers buffers)
    {
        if (
            buffers.Head.Headers.Capacity <= UsualHead
            && buffers.Response.Headers.Capacity <= UsualHead
            && buffers.Scratch.Output.Capacity <= UsualOutput
        )
        {
            Pool.Give(buffers);
        }
    }
}
