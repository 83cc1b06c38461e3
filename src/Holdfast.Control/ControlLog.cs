using Microsoft.Extensions.Logging;

namespace Holdfast.Control;

/// <summary>Everything that control logs. No message carries a token, a key or a request's body.</summary>
internal static partial class ControlLog
{
    [LoggerMessage(1000, LogLevel.Information, "Control listens on {Url}")]
    public static partial void Listening(ILogger logger, Uri url);

    [LoggerMessage(1001, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(ILogger logger, string method, string path, Exception error);

    [LoggerMessage(1002, LogLevel.Error, "The database cannot be used")]
    public static partial void StorageUnavailable(ILogger logger, Exception error);

    [LoggerMessage(1003, LogLevel.Warning, "An edge was refused: {Reason}")]
    public static partial void EdgeRefused(ILogger logger, string reason);

    [LoggerMessage(1004, LogLevel.Information, "Edge {Node} follows the feed after position {Position}")]
    public static partial void FeedOpened(ILogger logger, string node, long position);

    [LoggerMessage(1005, LogLevel.Information, "Edge {Node} left the feed at position {Position}")]
    public static partial void FeedClosed(ILogger logger, string node, long position);

    [LoggerMessage(1006, LogLevel.Warning, "{Problem}")]
    public static partial void KeyProblem(ILogger logger, string problem);

    [LoggerMessage(1007, LogLevel.Information, "Node {Node} has joined from {Address}")]
    public static partial void NodeJoined(ILogger logger, string node, string address);

    [LoggerMessage(1008, LogLevel.Information, "Control listens for nodes on {Url}; its authority is {Fingerprint}")]
    public static partial void ListeningForNodes(ILogger logger, Uri url, string fingerprint);

    [LoggerMessage(1020, LogLevel.Error, "The audit log is not what was signed: {Problem}. 'holdfast audit verify' says more")]
    public static partial void AuditHeadDiffers(ILogger logger, string problem);

    [LoggerMessage(1021, LogLevel.Warning, "The audit log's head could not be signed: {Problem}")]
    public static partial void AuditHeadNotSigned(ILogger logger, string problem);

    [LoggerMessage(1022, LogLevel.Error, "{Path} is damaged ({Problem}); it was put aside, and security events begin anew")]
    public static partial void EventsPutAside(ILogger logger, string path, string problem);

    [LoggerMessage(1023, LogLevel.Error, "The rollouts could not be looked at; it is tried again")]
    public static partial void RolloutFailed(ILogger logger, Exception error);

    [LoggerMessage(1024, LogLevel.Error, "Release {Release} is stopped and taken back: {Reason}")]
    public static partial void ReleaseStopped(ILogger logger, string release, string reason);

    [LoggerMessage(1025, LogLevel.Error, "Release {Release} failed on several edges and cannot be taken back: {Reason}")]
    public static partial void ReleaseStays(ILogger logger, string release, string reason);
}
