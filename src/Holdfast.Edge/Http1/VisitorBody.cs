using System.Runtime.CompilerServices;
using Holdfast.Http.Bodies;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;
using Holdfast.Http.Pooling;

namespace Holdfast.Edge.Http1;

/// <summary>
/// A visitor's request body with its lowest rate. Only the time spent waiting for the visitor counts, so that a slow origin never
/// makes a visitor look slow.
/// </summary>
internal sealed class VisitorBody(PipeBody body, Deadline deadline, EdgeLimits limits, TimeProvider time) : BodyReader
{
    private TimeSpan _waited;
    private volatile bool _stopped;

    /// <inheritdoc/>
    public override long Length => body.Length;

    /// <inheritdoc/>
    public override bool IsComplete => body.IsComplete;

    /// <inheritdoc/>
    public override HeaderBlock? Trailers => body.Trailers;

    /// <summary>Begins the next request's body.</summary>
    public void Begin()
    {
        _waited = TimeSpan.Zero;
        _stopped = false;
    }

    /// <summary>Says that the next read that was made to return early is to stay so: nobody wants the rest.</summary>
    public void Stop() => _stopped = true;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    public override async ValueTask<BodyPiece> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var late = false;
            var reading = body.ReadAsync(cancellationToken);
            BodyPiece piece;
            if (reading.IsCompletedSuccessfully)
            {
                piece = reading.Result;
            }
            else
            {
                (piece, late) = await WaitAsync(reading).ConfigureAwait(false);
            }

            // A read is also cut short for reasons that have nothing to do with this body: the edge is told to stop, or a deadline
            // passed at the very moment when it was lifted.
            if (piece.Fault != MessageFault.TooSlow || late || _stopped)
            {
                return piece;
            }
        }
    }

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private async ValueTask<(BodyPiece Piece, bool Late)> WaitAsync(ValueTask<BodyPiece> reading)
    {
        // The time that the bytes so far have earned, beyond the grace.
        var allowed = limits.BodyRateGrace + TimeSpan.FromSeconds((double)body.BytesRead / limits.MinBodyRate) - _waited;
        var started = time.GetTimestamp();
        deadline.Set(allowed > TimeSpan.Zero ? allowed : TimeSpan.Zero);
        try
        {
            var piece = await reading.ConfigureAwait(false);
            return (piece, deadline.HasPassed);
        }
        finally
        {
            deadline.Lift();
            _waited += time.GetElapsedTime(started);
        }
    }
}
