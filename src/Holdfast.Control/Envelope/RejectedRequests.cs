using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Holdfast.Control.Envelope;

/// <summary>
/// Requests that the server refuses while it reads their head: a path with <c>%00</c>, a head that is too large or too slow. No step of ours
/// sees them, and the server's answer has no body. It tells of each one beforehand
/// (https://learn.microsoft.com/aspnet/core/fundamentals/servers/kestrel/diagnostics), so what it then writes is replaced on its way out.
/// </summary>
internal static class RejectedRequests
{
    private const string EventName = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    /// <summary>The step on a connection that puts our answer in the place of the server's.</summary>
    public static ConnectionDelegate Answer(ConnectionDelegate next) =>
        connection =>
        {
            var rejection = new Rejection();
            connection.Features.Set(rejection);
            connection.Transport = new Transport(connection.Transport.Input, new RejectionWriter(connection.Transport.Output, rejection));
            return next(connection);
        };

    /// <summary>Listens to what the server tells, for as long as the listener lives.</summary>
    public static void Watch(DiagnosticListener server) => server.Subscribe(new Watcher(), static name => name == EventName);

    private sealed class Watcher : IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(KeyValuePair<string, object?> value)
        {
            // Of an answer that has begun the rest is the caller's to understand; that of a handler is in the envelope already.
            if (
                value.Value is IFeatureCollection features
                && features.Get<IHttpResponseFeature>() is { HasStarted: false } response
                && features.Get<Rejection>() is { } rejection
            )
            {
                rejection.Reason ??= features.Get<IBadRequestExceptionFeature>()?.Error?.Message ?? "the request cannot be read";
                rejection.Status = response.StatusCode is >= 400 and < 600 ? response.StatusCode : 400;
            }
        }

        public void OnCompleted() { }

        public void OnError(Exception error) { }
    }

    /// <summary>What became of a connection's last request. The server reads and writes a connection on one thread at a time.</summary>
    private sealed class Rejection
    {
        public volatile string? Reason;

        public int Status { get; set; }

        public byte[] Answer()
        {
            var error = new JsonObject { ["code"] = ErrorCodes.BadRequest, ["message"] = Reason };
            var envelope = new JsonObject
            {
                ["success"] = false,
                ["errors"] = new JsonArray(error),
                ["messages"] = new JsonArray(),
                ["result"] = null,
            };
            var body = envelope.ToJsonString();
            return Encoding.UTF8.GetBytes(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"HTTP/1.1 {Status} {ReasonPhrases.GetReasonPhrase(Status)}\r\nContent-Type: application/json\r\n"
                )
                    + string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n")
                    + "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
                    + body
            );
        }
    }

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>Lets everything through but the server's own answer to a request that it rejected.</summary>
    private sealed class RejectionWriter(PipeWriter inner, Rejection rejection) : PipeWriter
    {
        private bool _answered;
        private byte[]? _dropped;

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) =>
            rejection.Reason is null ? inner.GetMemory(sizeHint) : Dropped(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => rejection.Reason is null ? inner.GetSpan(sizeHint) : Dropped(sizeHint).Span;

        public override void Advance(int bytes)
        {
            if (rejection.Reason is null)
            {
                inner.Advance(bytes);
            }
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            if (rejection.Reason is not null && !_answered)
            {
                _answered = true;
                inner.Write(rejection.Answer());
            }

            return inner.FlushAsync(cancellationToken);
        }

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        private Memory<byte> Dropped(int sizeHint) =>
            _dropped is { } buffer && buffer.Length >= sizeHint ? buffer : _dropped = new byte[Math.Max(sizeHint, 1024)];
    }
}
