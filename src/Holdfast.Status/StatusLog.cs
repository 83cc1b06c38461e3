using Microsoft.Extensions.Logging;

namespace Holdfast.Status;

/// <summary>What the status page says in its log.</summary>
internal static partial class StatusLog
{
    [LoggerMessage(4001, LogLevel.Information, "the status page listens on {Url}")]
    public static partial void Listening(ILogger logger, Uri url);

    [LoggerMessage(4002, LogLevel.Error, "a request to {Path} failed")]
    public static partial void Failed(ILogger logger, Exception fault, string path);

    [LoggerMessage(4003, LogLevel.Error, "a change was not written, and nothing of it is on the page: {Reason}")]
    public static partial void NotWritten(ILogger logger, string reason);

    [LoggerMessage(4004, LogLevel.Warning, "draft {Draft}: {Name}")]
    public static partial void Drafted(ILogger logger, string draft, string name);

    [LoggerMessage(4005, LogLevel.Warning, "draft {Draft} is published as incident {Incident} by {Who}")]
    public static partial void Published(ILogger logger, string draft, string incident, string who);

    [LoggerMessage(4006, LogLevel.Debug, "the page is exported: {Files} files in {Directory}")]
    public static partial void Exported(ILogger logger, int files, string directory);

    [LoggerMessage(4007, LogLevel.Error, "the export failed, and is tried again: {Reason}")]
    public static partial void NotExported(ILogger logger, string reason);
}
