using System.Buffers;
using Holdfast.Http.Bodies;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Requests;

/// <summary>
/// A request's body whose beginning is held back for the rules that read it, and flows on after them (the design's law 24): up to 128 KB,
/// its end or a second, whichever is first.
/// </summary>
internal sealed class HeldBody(BodyReader body, TimeProvider time) : BodyReader
{
    /// <summary>Most bytes that are held: what Cloudflare's largest plan looks at, and enough for any form without files.</summary>
    public const int MostBytes = 128 * 1024;

    /// <summary>Longest that a body is held, so that one that trickles, or is a stream, flows.</summary>
    public static readonly TimeSpan MostTime = TimeSpan.FromSeconds(1);

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(MostBytes);
    private int _length;
    private int _given;
    private ReadOnlyMemory<byte> _rest;
    private Task<BodyPiece>? _pending;
    private BodyPiece? _last;

    /// <summary>What is held.</summary>
    public ReadOnlyMemory<byte> Held => _bytes.AsMemory(0, _length);

    /// <summary>Whether all of the body is.</summary>
    public bool IsWhole => _last is { End: true };

    /// <inheritdoc/>
    public override long Length => body.Length;

    /// <inheritdoc/>
    public override bool IsComplete => body.IsComplete && _given == _length && _rest.IsEmpty;

    /// <inheritdoc/>
    public override HeaderBlock? Trailers => body.Trailers;

    /// <summary>Holds the beginning back.</summary>
    public async ValueTask HoldAsync()
    {
        var started = time.GetTimestamp();
        while (_last is null && _rest.IsEmpty)
        {
            var reading = body.ReadAsync(CancellationToken.None);
            if (!reading.IsCompleted)
            {
                var left = MostTime - time.GetElapsedTime(started);
                var pending = reading.AsTask();
                if (left <= TimeSpan.Zero || !await IsDoneWithinAsync(pending, left).ConfigureAwait(false))
                {
                    _pending = pending;
                    return;
                }

                Take(await pending.ConfigureAwait(false));
            }
            else
            {
                Take(await reading.ConfigureAwait(false));
            }
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<BodyPiece> ReadAsync(CancellationToken cancellationToken)
    {
        if (_given < _length)
        {
            var held = _bytes.AsMemory(_given, _length - _given);
            _given = _length;
            return BodyPiece.Of(held);
        }

        if (!_rest.IsEmpty)
        {
            var rest = _rest;
            _rest = default;
            return BodyPiece.Of(rest);
        }

        if (_last is { } last)
        {
            return last;
        }

        if (_pending is { } pending)
        {
            _pending = null;
            return await pending.ConfigureAwait(false);
        }

        return await body.ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets go of the memory; nobody reads any more.</summary>
    /// <param name="stop">Makes a read that is still under way return.</param>
    public async ValueTask CloseAsync(Action stop)
    {
        if (_pending is { } pending)
        {
            _pending = null;
            stop();
            await pending.ConfigureAwait(false);
        }

        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
            _length = _given = 0;
        }
    }

    private void Take(BodyPiece piece)
    {
        if (piece.End || piece.Fault != MessageFault.None)
        {
            _last = piece;
            return;
        }

        // A piece is there until the next read; what does not fit is given on before that.
        var fits = Math.Min(piece.Data.Length, MostBytes - _length);
        piece.Data.Span[..fits].CopyTo(_bytes.AsSpan(_length));
        _length += fits;
        _rest = piece.Data[fits..];
    }

    private async ValueTask<bool> IsDoneWithinAsync(Task task, TimeSpan limit)
    {
        using var enough = new CancellationTokenSource();
        var delay = Task.Delay(limit, time, enough.Token);
        var first = await Task.WhenAny(task, delay).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
        return first == task;
    }
}
