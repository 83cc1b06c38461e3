using Holdfast.Edge.Guard;
using Holdfast.Edge.Requests;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Releases.Tasting;

/// <summary>Keeps what a pipeline and its guard log as a fault.</summary>
internal sealed class FaultNotes : ILogger<RequestPipeline>, ILogger<EdgeGuard>
{
    /// <summary>The first exception since <see cref="Clear"/>.</summary>
    public volatile Exception? Exception;

    /// <summary>The first message since then.</summary>
    public volatile string? Said;

    /// <summary>Forgets both.</summary>
    public void Clear() => (Exception, Said) = (null, null);

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        Exception ??= exception;
        Said ??= formatter(state, exception);
    }
}
