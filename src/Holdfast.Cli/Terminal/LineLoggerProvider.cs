using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Holdfast.Cli.Terminal;

/// <summary>
/// Logs as one line each to standard error: <c>2026-01-31T12:00:00.000Z edge-1 warning 1001 message</c>. An exception adds its type and
/// message, and its stack trace at debug level.
/// </summary>
/// <param name="writer">Standard error; writes are synchronised there.</param>
/// <param name="node">Which process speaks: <c>up</c>, <c>control</c>, <c>edge-1</c>.</param>
/// <param name="lowest">What is less than this is not written.</param>
/// <param name="time">The clock.</param>
internal sealed class LineLoggerProvider(TextWriter writer, string node, LogLevel lowest, TimeProvider time) : ILoggerProvider
{
    private readonly LogLevel lowestLevel = lowest;

    /// <summary>The level named by <c>HOLDFAST_LOG</c> (trace, debug, information, warning, error); warning when it is not set.</summary>
    /// <exception cref="CliFailure">The variable names no level.</exception>
    public static LogLevel LevelFrom(Func<string, string?> environment) =>
        environment("HOLDFAST_LOG") switch
        {
            null or "" => LogLevel.Warning,
            { } text when Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level) && !char.IsAsciiDigit(text[0]) => level,
            { } text => throw new CliFailure(
                $"HOLDFAST_LOG: '{text}' is not a level",
                "it is trace, debug, information, warning, error, critical or none"
            ),
        };

    public ILogger CreateLogger(string categoryName) => new LineLogger(this);

    public void Dispose() { }

    private sealed class LineLogger(LineLoggerProvider provider) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= provider.lowestLevel && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
            {
                provider.Write(logLevel, eventId, formatter(state, exception), exception);
            }
        }
    }

    private void Write(LogLevel level, EventId id, string message, Exception? exception)
    {
        var at = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var fault =
            exception is null ? ""
            : lowestLevel <= LogLevel.Debug ? " " + exception
            : $" ({exception.GetType().Name}: {exception.Message})";
        writer.WriteLine($"{at} {node} {level.ToString().ToLowerInvariant()} {id.Id} {message}{fault}");
    }
}
