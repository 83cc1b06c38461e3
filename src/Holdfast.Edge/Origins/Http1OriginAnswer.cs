using System.Runtime.CompilerServices;
using Holdfast.Edge.ErrorPages;
using Holdfast.Http.Bodies;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;
using Holdfast.Http.Origins;
using Holdfast.Http.Pooling;

namespace Holdfast.Edge.Origins;

/// <summary>An HTTP/1.1 origin's answer, with its connection.</summary>
internal sealed class Http1OriginAnswer : OriginAnswer
{
    private readonly OriginBody _body = new();
    private readonly OriginConnection _connection;
    private readonly TimeSpan _readTimeout;
    private readonly bool _keepAlive;
    private volatile bool _hurries;
    private bool _isDisposed;

    /// <summary>Takes the connection over.</summary>
    /// <param name="connection">It stands behind the head.</param>
    /// <param name="head">The head, whose framing is the origin's.</param>
    /// <param name="readTimeout">How long the origin may be silent.</param>
    /// <param name="keepAlive">Whether the origin keeps the connection.</param>
    public Http1OriginAnswer(OriginConnection connection, ResponseHead head, TimeSpan readTimeout, bool keepAlive)
    {
        _connection = connection;
        _readTimeout = readTimeout;
        _keepAlive = keepAlive;
        _body.Begin(connection, head, MessageLimits.ForOrigins);
    }

    /// <summary>Whether the connection may serve others after this: nobody else touches its deadlines any more.</summary>
    public required bool MayBeKept { get; init; }

    /// <inheritdoc/>
    public override long Length => _body.Length;

    /// <inheritdoc/>
    public override bool IsComplete => _body.IsComplete;

    /// <inheritdoc/>
    public override HeaderBlock? Trailers => _body.Trailers;

    /// <inheritdoc/>
    public override EdgeError Error => OriginForwarder.ErrorOf(_body.Fault);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    public override async ValueTask<BodyPiece> ReadAsync()
    {
        var reading = _body.ReadAsync(CancellationToken.None);
        if (reading.IsCompleted)
        {
            return await reading.ConfigureAwait(false);
        }

        if (!_hurries)
        {
            _connection.ReadDeadline.Set(_readTimeout);
        }

        var piece = await reading.ConfigureAwait(false);
        if (!_hurries)
        {
            _connection.ReadDeadline.Lift();
        }

        if (_hurries)
        {
            // It may have been said while the deadline was set or lifted. From then on one limit holds for all that is still to come.
            _connection.ReadDeadline.Shorten(EdgeLimits.GoneVisitorGrace);
        }

        return piece;
    }

    /// <inheritdoc/>
    public override void Hurry()
    {
        _hurries = true;
        _connection.ReadDeadline.Shorten(EdgeLimits.GoneVisitorGrace);
    }

    /// <inheritdoc/>
    protected override void Close()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;

            // Whoever hurries it may do so a moment later, when the connection already serves somebody else.
            if (MayBeKept && !_hurries && _keepAlive && _body.LeavesCleanConnection && _connection.Pool is { } pool)
            {
                pool.Return(_connection);
            }
            else
            {
                _connection.Dispose();
            }
        }
    }
}
