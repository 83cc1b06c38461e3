using Holdfast.Http.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Listening.Http2;

/// <summary>
/// Hears in Kestrel's messages what it refuses over HTTP/2 before a request reaches the edge. Kestrel has no other place that tells: a
/// malformed request is a reset stream, or the end of its connection, and a line in its log at the level of debugging. All messages go on to
/// the loggers behind.
/// </summary>
/// <param name="inner">Where the messages go.</param>
/// <param name="connections">The connections that they are about.</param>
/// <param name="refused">Takes each refusal with its connection, from any thread. It must not throw or wait.</param>
internal sealed class KestrelRefusals(ILoggerFactory inner, Http2Connections connections, Action<ConnectionFacts, Http2Refusal> refused)
    : ILoggerFactory
{
    /// <summary>Kestrel's category for HTTP/2.</summary>
    internal const string Http2Category = "Microsoft.AspNetCore.Server.Kestrel.Http2";

    /// <summary>Kestrel's category for heads that came too slowly, among others.</summary>
    internal const string BadRequestCategory = "Microsoft.AspNetCore.Server.Kestrel.BadRequests";

    /// <summary>Kestrel's category for faults of its own.</summary>
    internal const string OwnCategory = "Microsoft.AspNetCore.Server.Kestrel";

    // A fault of Kestrel's own, over bytes that it does not know how to refuse, is told without its connection; that the connection is
    // closed is told next, on the same thread.
    [ThreadStatic]
    private static Exception? s_fault;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) =>
        categoryName is Http2Category or BadRequestCategory or OwnCategory
            ? new Ear(inner.CreateLogger(categoryName), this)
            : inner.CreateLogger(categoryName);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    /// <summary>Does nothing: the loggers behind are somebody else's.</summary>
    public void Dispose() { }

    private void Hear<TState>(string? name, TState state, Exception exception)
    {
        if (RefusalOf(name, state, exception) is { } refusal && ConnectionOf(state) is { } id && connections.Find(id) is { } facts)
        {
            refused(facts, refusal);
        }
    }

    private static Http2Refusal? RefusalOf<TState>(string? name, TState state, Exception exception) =>
        name switch
        {
            "Http2ConnectionError" or "HPackDecodingError" => new(MessageFault.Http2ConnectionEnded, 0, exception.Message),
            "Http2StreamError" when IsAtHead(exception) => new(MessageFault.Http2StreamReset, 0, exception.Message),

            // The edge's own resets have another error.
            "Http2StreamResetAbort" when Value(state, "error") == "PROTOCOL_ERROR" => new(
                MessageFault.Http2StreamReset,
                0,
                exception.Message
            ),
            "ConnectionBadRequest" => exception is BadHttpRequestException { StatusCode: StatusCodes.Status431RequestHeaderFieldsTooLarge }
                ? new(MessageFault.FieldsTooLarge, StatusCodes.Status431RequestHeaderFieldsTooLarge, exception.Message)
                : new(MessageFault.TooSlow, 0, exception.Message),
            _ => null,
        };

    // What is wrong in a body ends the request that the edge has begun already, and that has its own record. Kestrel tells the two apart
    // by nothing but the place in its code.
    private static bool IsAtHead(Exception exception) => exception.StackTrace?.Contains("StartStream", StringComparison.Ordinal) == true;

    // A stream's messages name it as CONNECTION:STREAM.
    private static string? ConnectionOf<TState>(TState state) =>
        Value(state, "ConnectionId")
        ?? (Value(state, "TraceIdentifier") is { } trace ? trace[..Math.Max(0, trace.LastIndexOf(':'))] : null);

    private static string? Value<TState>(TState state, string name)
    {
        if (state is IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            foreach (var (key, value) in values)
            {
                if (key == name)
                {
                    return value?.ToString();
                }
            }
        }

        return null;
    }

    private sealed class Ear(ILogger behind, KestrelRefusals all) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => behind.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Debug || behind.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            var fault = s_fault;
            s_fault = null;
            if (exception is not null)
            {
                all.Hear(eventId.Name, state, exception);
                if (logLevel == LogLevel.Warning && eventId.Id == 0)
                {
                    s_fault = exception;
                }
            }
            else if (fault is not null && eventId.Name == "Http2ConnectionClosed")
            {
                all.Hear("Http2ConnectionError", state, fault);
            }

            if (behind.IsEnabled(logLevel))
            {
                behind.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}
