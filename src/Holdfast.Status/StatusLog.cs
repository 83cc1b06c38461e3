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

    [LoggerMessage(4008, LogLevel.Warning, "incident {Incident} ({Name}): the next word was promised for {Due:u}, and has not come")]
    public static partial void Late(ILogger logger, string incident, string name, DateTimeOffset due);

    [LoggerMessage(4009, LogLevel.Warning, "a message to subscriber {Subscriber} did not arrive, try {Try}: {Reason}")]
    public static partial void NotDelivered(ILogger logger, string subscriber, int @try, string reason);

    [LoggerMessage(4010, LogLevel.Error, "subscriber {Subscriber} is told no more, since nothing arrives there: {Reason}")]
    public static partial void Disabled(ILogger logger, string subscriber, string reason);

    [LoggerMessage(4006, LogLevel.Debug, "the page is exported: {Files} files in {Directory}")]
    public static partial void Exported(ILogger logger, int files, string directory);

    [LoggerMessage(4007, LogLevel.Error, "the export failed, and is tried again: {Reason}")]
    public static partial void NotExported(ILogger logger, string reason);

    [LoggerMessage(4011, LogLevel.Error, "a look failed with a fault of ours; the next one follows in a second")]
    public static partial void LookFailed(ILogger logger, Exception fault);

    [LoggerMessage(
        4022,
        LogLevel.Warning,
        "the list of networks {Path} cannot be used, so providers are known by ranges and names alone: {Reason}"
    )]
    public static partial void NoNetworks(ILogger logger, string path, string reason);

    [LoggerMessage(4023, LogLevel.Warning, "the provider file {Path} is left out: {Reason}")]
    public static partial void NoProviderFile(ILogger logger, string path, string reason);

    [LoggerMessage(4020, LogLevel.Warning, "the country database {Path} cannot be used, so reports have no region: {Reason}")]
    public static partial void NoCountries(ILogger logger, string path, string reason);

    [LoggerMessage(
        4021,
        LogLevel.Warning,
        "visitors' reports about {Service}: {Level} ({Reports} from {Networks} networks, {Expected} are usual)"
    )]
    public static partial void Reported(ILogger logger, string service, string level, int reports, int networks, double expected);
}
