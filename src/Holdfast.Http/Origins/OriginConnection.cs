using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Messages;
using Holdfast.Http.Pooling;

namespace Holdfast.Http.Origins;

/// <summary>
/// One connection to an origin. It belongs to one exchange at a time; between two it waits in its pool without a buffer.
/// Reading and writing at the same time is allowed, each by one caller.
/// </summary>
public sealed class OriginConnection : IDisposable
{
    // A head and a small body in one read.
    private const int HeadBuffer = 16 * 1024;

    // Big bodies: fewer system calls, still little beside a socket's own buffers.
    private const int BodyBuffer = 64 * 1024;

    private readonly Socket _socket;
    private readonly SslStream? _tls;
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _disposed;
    private int _filling;
    private bool _heard;
    private bool _looksAhead;
    private ValueTask<int> _ahead;

    internal OriginConnection(Socket socket, SslStream? tls, OriginEndpoint endpoint, DeadlineSweep sweep)
    {
        _socket = socket;
        _tls = tls;
        Endpoint = endpoint;
        LocalAddress = (socket.LocalEndPoint as IPEndPoint)?.Address;
        Created = sweep.Time.GetTimestamp();
        ReadDeadline = sweep.Watch(Abort);
        WriteDeadline = sweep.Watch(Abort);
    }

    /// <summary>Where it leads.</summary>
    public OriginEndpoint Endpoint { get; }

    /// <summary>The pool that it was made for, and goes back to; null: it is closed after its exchange.</summary>
    public OriginPool? Pool { get; set; }

    /// <summary>This side's address, or null when the connection was gone before it was asked for.</summary>
    public IPAddress? LocalAddress { get; }

    /// <summary>When it was made, as a timestamp of the sweep's time provider.</summary>
    public long Created { get; }

    /// <summary>When it was given back last.</summary>
    public long IdleSince { get; internal set; }

    /// <summary>
    /// The managed thread on which an answer was last waited for until it came, 0 before: with sockets that complete inline the one that
    /// gets this connection's events, and will get the next.
    /// </summary>
    internal int HomeThread { get; set; }

    /// <summary>How many exchanges it has begun.</summary>
    public int Exchanges { get; private set; }

    /// <summary>Ends the connection when the origin lets a read wait too long.</summary>
    public Deadline ReadDeadline { get; }

    /// <summary>Ends the connection when the origin lets a write wait too long.</summary>
    public Deadline WriteDeadline { get; }

    /// <summary>Whether bytes lie in the buffer that nobody has taken.</summary>
    public bool HasUnread => _end > _start;

    /// <summary>What has been read and not taken yet.</summary>
    public ReadOnlyMemory<byte> Unread => _buffer.AsMemory(_start, _end - _start);

    /// <summary>Whether the connection was ended from this side.</summary>
    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    /// <summary>Begins an exchange: takes a buffer.</summary>
    public void Begin()
    {
        Exchanges++;
        _buffer ??= ArrayPool<byte>.Shared.Rent(HeadBuffer);
        _start = _end = 0;
        _heard = false;
    }

    /// <summary>Drops bytes from the front of <see cref="Unread"/>.</summary>
    public void Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_end - _start));
        _start += count;
    }

    /// <summary>Reads more behind what is unread. Memory taken from <see cref="Unread"/> before is no longer valid.</summary>
    /// <param name="mostUnread">Up to how many unread bytes the buffer may grow.</param>
    /// <returns>How many bytes came; 0 when the origin has closed.</returns>
    /// <exception cref="IOException">The connection broke.</exception>
    public ValueTask<int> FillAsync(int mostUnread) => FillAsync(mostUnread, CancellationToken.None);

    /// <summary>Reads body bytes straight into the caller's memory; only when nothing is unread.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> into) => ReadAsync(into, CancellationToken.None);

    /// <summary>Sends all of it.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) =>
        _tls is null ? SendAsync(bytes) : _tls.WriteAsync(bytes, CancellationToken.None);

    /// <summary>Tells the origin that nothing more comes (a tunnel's half-close).</summary>
    public async ValueTask ShutdownSendAsync()
    {
        try
        {
            if (_tls is not null)
            {
                await _tls.ShutdownAsync().ConfigureAwait(false);
            }

            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            // It is gone already, which says the same.
        }
    }

    /// <summary>
    /// Reads the next response head, interim or final.
    /// </summary>
    /// <returns><see cref="OriginFault.None"/> when <paramref name="head"/> was filled in.</returns>
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    public async ValueTask<(OriginFault Fault, MessageFault Detail)> ReadHeadAsync(
        ResponseHead head,
        KnownMethod method,
        MessageLimits limits
    )
    {
        while (true)
        {
            if (HasUnread)
            {
                var result = ResponseHeadParser.TryParse(Unread.Span, method, head, limits, out var consumed, out var fault);
                if (result == HeadResult.Complete)
                {
                    Take(consumed);
                    return (OriginFault.None, MessageFault.None);
                }

                if (result == HeadResult.Refused)
                {
                    return (OriginFault.BadAnswer, fault);
                }
            }

            // Like FillAsync, without a call of its own: here every exchange waits.
            int read;
            try
            {
                var filling = BeginFill(limits.StartLineBytes + limits.FieldsBytes + HeadBuffer, CancellationToken.None);
                if (filling.IsCompletedSuccessfully)
                {
                    read = filling.Result;
                }
                else
                {
                    read = await filling.ConfigureAwait(false);
                    HomeThread = Environment.CurrentManagedThreadId;
                }

                EndFill(read);
            }
            catch (Exception e) when (IsBroken(e))
            {
                return (WhyBroken(), MessageFault.CutOff);
            }
            finally
            {
                Volatile.Write(ref _filling, 0);
            }

            if (read == 0)
            {
                return (_heard ? OriginFault.CutOff : OriginFault.ClosedEarly, MessageFault.CutOff);
            }
        }
    }

    /// <summary>Whether an exception says no more than that the connection is gone.</summary>
    public static bool IsBroken(Exception e) => e is IOException or SocketException or ObjectDisposedException or InvalidOperationException;

    /// <summary>Ends the connection at once; whoever reads or writes on it gets an <see cref="IOException"/>.</summary>
    public void Abort() => _socket.Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        ReadDeadline.Dispose();
        WriteDeadline.Dispose();
        _tls?.Dispose();
        _socket.Dispose();

        // A read that another thread has under way may still write into the buffer, which must not be somebody else's by then.
        if (Volatile.Read(ref _filling) == 0)
        {
            ReturnBuffer();
        }
    }

    /// <summary>
    /// Whether an idle connection can be used: the origin neither closed it nor said anything on its own account.
    /// </summary>
    internal bool IsUsable()
    {
        try
        {
            if (_tls is null)
            {
                return !_socket.Poll(0, SelectMode.SelectRead);
            }

            // What the origin said may lie inside the TLS stream already, where the socket shows nothing of it. A read of nothing waits
            // as long as there is nothing; the next read goes on after it.
            if (!_looksAhead)
            {
                _ahead = _tls.ReadAsync(Memory<byte>.Empty, CancellationToken.None);
                _looksAhead = true;
            }

            return !_ahead.IsCompleted;
        }
        catch (Exception e) when (IsBroken(e))
        {
            return false;
        }
    }

    /// <summary>Why a read broke.</summary>
    internal OriginFault WhyBroken() =>
        ReadDeadline.HasPassed ? OriginFault.ReadTimeout
        : WriteDeadline.HasPassed ? OriginFault.WriteTimeout
        : _heard ? OriginFault.CutOff
        : OriginFault.ClosedEarly;

    /// <summary>Ends an exchange that left the connection clean.</summary>
    internal void ReturnBuffer()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads more body behind what is unread, with a buffer that fits big bodies.</summary>
    internal ValueTask<int> FillBodyAsync(CancellationToken cancellationToken) => FillAsync(BodyBuffer, cancellationToken);

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private async ValueTask<int> FillAsync(int mostUnread, CancellationToken cancellationToken)
    {
        try
        {
            var read = await BeginFill(mostUnread, cancellationToken).ConfigureAwait(false);
            EndFill(read);
            return read;
        }
        finally
        {
            Volatile.Write(ref _filling, 0);
        }
    }

    // Whoever calls it sees to it that _filling is taken back, whatever happens.
    private ValueTask<int> BeginFill(int mostUnread, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _filling, 1);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        MakeRoom(mostUnread);
        return ReadAsync(_buffer.AsMemory(_end), cancellationToken);
    }

    private void EndFill(int read)
    {
        _end += read;
        _heard |= read > 0;
    }

    private ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancellationToken) =>
        _tls is null ? ReceiveAsync(into, cancellationToken)
        : _looksAhead ? ReadAfterLookAsync(_tls, into, cancellationToken)
        : _tls.ReadAsync(into, cancellationToken);

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder<>))]
    private async ValueTask<int> ReadAfterLookAsync(SslStream tls, Memory<byte> into, CancellationToken cancellationToken)
    {
        _looksAhead = false;
        var ahead = _ahead;
        _ahead = default;
        await ahead.ConfigureAwait(false);
        return await tls.ReadAsync(into, cancellationToken).ConfigureAwait(false);
    }

    [SuppressMessage("Reliability", "CA2012", Justification = "The value task is awaited by the caller, once.")]
    private ValueTask<int> ReceiveAsync(Memory<byte> into, CancellationToken cancellationToken) =>
        _socket.ReceiveAsync(into, SocketFlags.None, cancellationToken);

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder))]
    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var sent = await _socket.SendAsync(bytes, SocketFlags.None, CancellationToken.None).ConfigureAwait(false);
            bytes = bytes[sent..];
        }
    }

    private void MakeRoom(int mostUnread)
    {
        var buffer = _buffer ?? throw new InvalidOperationException("No exchange was begun on this connection.");
        if (_start == _end)
        {
            _start = _end = 0;
            if (buffer.Length < BodyBuffer && mostUnread == BodyBuffer)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                _buffer = ArrayPool<byte>.Shared.Rent(BodyBuffer);
            }
        }
        else if (_end == buffer.Length)
        {
            var unread = _end - _start;
            var target = _start > 0 ? buffer : ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 2, Math.Max(mostUnread, unread + 1)));
            buffer.AsSpan(_start, unread).CopyTo(target);
            if (target != buffer)
            {
                _buffer = target;
                ArrayPool<byte>.Shared.Return(buffer);
            }

            _start = 0;
            _end = unread;
        }
    }
}
