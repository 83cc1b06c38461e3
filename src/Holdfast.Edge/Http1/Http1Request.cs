using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Holdfast.Edge.Requests;
using Holdfast.Http.Bodies;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;
using Holdfast.Http.Pooling;
using Microsoft.AspNetCore.Connections;

namespace Holdfast.Edge.Http1;

/// <summary>A request on an HTTP/1.1 connection, and the writing of its answer. One object serves all requests of a connection.</summary>
internal sealed class Http1Request : EdgeRequest, IDisposable
{
    private readonly ConnectionContext _connection;
    private readonly PipeWriter _output;
    private readonly PipeBody _pipeBody;
    private readonly VisitorBody _body;
    private readonly Deadline _readDeadline;
    private readonly Deadline _writeDeadline;
    private readonly EdgeLimits _limits;
    private readonly CancellationToken _stopping;
    private bool _chunked;
    private bool _bodiless;
    private bool _endIsTold;

    /// <summary>For one connection; answers that begin after <paramref name="stopping"/> end it.</summary>
    public Http1Request(ConnectionContext connection, DeadlineSweep sweep, EdgeLimits limits, CancellationToken stopping)
    {
        _connection = connection;
        _output = connection.Transport.Output;
        _limits = limits;
        _stopping = stopping;
        var input = connection.Transport.Input;
        _readDeadline = sweep.Watch(input.CancelPendingRead);
        _writeDeadline = sweep.Watch(AbortConnection);
        _pipeBody = new PipeBody(input);
        _body = new VisitorBody(_pipeBody, _readDeadline, limits, sweep.Time);
    }

    /// <summary>Limits the time of reading.</summary>
    public Deadline ReadDeadline => _readDeadline;

    /// <inheritdoc/>
    public override BodyReader Body => _body;

    /// <inheritdoc/>
    public override long BodyBytesRead => _pipeBody.BytesRead;

    /// <inheritdoc/>
    public override bool CanSendInterim => Head.Version == 11;

    /// <inheritdoc/>
    public override bool CanUpgrade => true;

    /// <inheritdoc/>
    protected override long UnflushedPlain => _output.UnflushedBytes;

    /// <summary>Whether the connection stays for another request after this answer.</summary>
    public bool KeepAlive { get; private set; }

    /// <summary>Whether the connection was given away to a tunnel.</summary>
    public bool IsUpgraded { get; private set; }

    /// <summary>Begins a request whose head was read, or refused.</summary>
    /// <param name="ray">Its name.</param>
    /// <param name="now">When its first byte was seen, UTC.</param>
    /// <param name="timestamp">The same as a timestamp.</param>
    public void BeginRequest(RayId ray, DateTimeOffset now, long timestamp)
    {
        Begin(ray, now, timestamp);
        KeepAlive = Head.KeepAlive && Ordinal < _limits.RequestsPerConnection;
        _chunked = _bodiless = _endIsTold = false;
        _pipeBody.Begin(Head, _limits.Messages, long.MaxValue);
        _body.Begin();
    }

    /// <summary>Closes the connection after this answer.</summary>
    public void CloseAfter() => KeepAlive = false;

    /// <summary>Gives back what the body's last piece lay in.</summary>
    public void ReleaseBody() => _pipeBody.Release();

    /// <summary>Whether a visitor that said nothing more comes can still be answered.</summary>
    public bool CanBeAnswered { get; private set; } = true;

    /// <inheritdoc/>
    public override void LimitBody(long most) => _pipeBody.Limit(most);

    /// <inheritdoc/>
    public override void StopReadingBody()
    {
        _body.Stop();
        _connection.Transport.Input.CancelPendingRead();
    }

    /// <summary>Reads what is left of the body and drops it, within <see cref="ReadDeadline"/>.</summary>
    /// <returns>Whether the connection stands at the next request.</returns>
    public async ValueTask<bool> DrainBodyAsync()
    {
        while (true)
        {
            var piece = await _pipeBody.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            if (piece.End)
            {
                return true;
            }

            // A read that was stopped when the answer ended may still be waiting to be reported.
            if (piece.Fault != MessageFault.None && (piece.Fault != MessageFault.TooSlow || _readDeadline.HasPassed))
            {
                return false;
            }
        }
    }

    /// <inheritdoc/>
    public override async ValueTask SendInterimAsync(ResponseHead interim)
    {
        HeadWriter.WriteResponse(_output, interim, Framing.None, -1, default);
        await FlushAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void StartPlain(Framing framing, long length)
    {
        HasStarted = true;
        _bodiless = framing == Framing.None || Head.Method == KnownMethod.Head;
        _chunked = !_bodiless && length < 0 && Head.Version == 11;
        if (!_bodiless && length < 0 && !_chunked)
        {
            // HTTP/1.0 knows no chunks: the connection's end is the body's end.
            KeepAlive = false;
        }

        _endIsTold = _chunked || length >= 0;
        if ((!Body.IsComplete && !CanDrain) || _stopping.IsCancellationRequested)
        {
            KeepAlive = false;
        }

        var before = _output.UnflushedBytes;
        var connection = KeepAlive ? (Head.Version == 10 ? "keep-alive"u8 : default) : "close"u8;
        HeadWriter.WriteResponse(_output, Response, _chunked ? Framing.Chunked : Framing.None, _chunked ? -1 : length, connection);
        ResponseBytes += _output.UnflushedBytes - before;
    }

    /// <inheritdoc/>
    protected override void WritePlain(ReadOnlySpan<byte> bytes)
    {
        if (_bodiless || bytes.IsEmpty)
        {
            return;
        }

        ResponseBodyBytes += bytes.Length;
        var before = _output.UnflushedBytes;
        if (_chunked)
        {
            HeadWriter.WriteChunk(_output, bytes);
        }
        else
        {
            _output.Write(bytes);
        }

        ResponseBytes += _output.UnflushedBytes - before;
    }

    /// <inheritdoc/>
    protected override Memory<byte> GetPlainMemory(int atLeast) => _output.GetMemory(atLeast);

    /// <inheritdoc/>
    protected override void AdvancePlain(int count)
    {
        _output.Advance(count);
        ResponseBodyBytes += count;
        ResponseBytes += count;
    }

    /// <inheritdoc/>
    protected override ValueTask<bool> FlushPlainAsync()
    {
        var flushing = _output.FlushAsync(CancellationToken.None);
        if (flushing.IsCompletedSuccessfully)
        {
            return new ValueTask<bool>(CanBeAnswered = !flushing.Result.IsCompleted);
        }

        return WaitForFlushAsync(flushing);
    }

    /// <inheritdoc/>
    protected override ValueTask EndPlainAsync(HeaderBlock? trailers)
    {
        HasEnded = true;
        if (_chunked)
        {
            HeadWriter.WriteLastChunk(_output, trailers);
        }

        var flushing = FlushAsync();
        if (flushing.IsCompletedSuccessfully)
        {
            _ = flushing.Result;
            return default;
        }

        return DropResultAsync(flushing);
    }

    /// <inheritdoc/>
    public override void Abort()
    {
        KeepAlive = false;
        if (HasStarted && !HasEnded && _endIsTold)
        {
            // What has come goes out, then the connection ends: without its last chunk, or short of its length, the answer is seen not
            // to be whole. One whose end is the connection's end needs a reset for that.
            IsBrokenOff = true;
        }
        else
        {
            AbortConnection();
        }

        HasEnded = true;
    }

    /// <inheritdoc/>
    public override async ValueTask<PipeReader> AcceptUpgradeAsync()
    {
        HasStarted = HasEnded = IsUpgraded = true;
        KeepAlive = false;
        _pipeBody.Release();
        HeadWriter.WriteResponse(_output, Response, Framing.None, -1, default);
        await FlushAsync().ConfigureAwait(false);
        return _connection.Transport.Input;
    }

    /// <inheritdoc/>
    public override ValueTask<bool> SendUpgradedAsync(ReadOnlyMemory<byte> bytes)
    {
        _output.Write(bytes.Span);
        return FlushAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _readDeadline.Dispose();
        _writeDeadline.Dispose();
    }

    // Whether what is left of the body is little enough to be read and dropped.
    private bool CanDrain =>
        Head.Framing == Framing.Length && Head.ContentLength - _pipeBody.BytesRead <= _limits.DrainBytes && !Head.ExpectsContinue;

    private void AbortConnection() =>
        _connection.Abort(new ConnectionAbortedException("The visitor took nothing for too long, or the answer broke off."));

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private async ValueTask<bool> WaitForFlushAsync(ValueTask<FlushResult> flushing)
    {
        _writeDeadline.Set(_limits.SendTimeout);
        try
        {
            return CanBeAnswered = !(await flushing.ConfigureAwait(false)).IsCompleted;
        }
        finally
        {
            _writeDeadline.Lift();
        }
    }

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder))]
    private static async ValueTask DropResultAsync(ValueTask<bool> flushing) => _ = await flushing.ConfigureAwait(false);
}
