using System.Collections.Immutable;
using Holdfast.Model.Purging;
using Holdfast.Model.Releases;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Store;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Releases;

/// <summary>Says what the intake, and whoever reads releases, meets.</summary>
internal sealed partial class LiveReleases(ILogger<LiveReleases> logger, TimeProvider time) : IReleaseIntakeObserver
{
    // Enough for a person; all of them stand in the log.
    private const int MostRefusals = 20;

    private ImmutableQueue<(DateTimeOffset At, ReleaseRefusal Refusal)> _refusals = [];
    private readonly TaskCompletionSource _connectedOnce = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when the feed has answered for the first time since the start.</summary>
    public Task ConnectedOnce => _connectedOnce.Task;

    /// <inheritdoc/>
    public void Accepted(Release release, bool fromStore)
    {
        if (!fromStore)
        {
            Recent.Note(release.Kind, release.Name, release.Generation, "live", null);
            LogAccepted(release.Kind, release.Name, release.Generation, release.Removed ? "removed" : "live");
        }
    }

    /// <summary>The releases that something was done with last.</summary>
    public RecentReleases Recent { get; } = new(time);

    /// <summary>The newest refusals since the start, oldest first. Any thread.</summary>
    public ImmutableQueue<(DateTimeOffset At, ReleaseRefusal Refusal)> Refusals => _refusals;

    /// <inheritdoc/>
    public void Progressed(ReleaseProgress progress)
    {
        if (progress.Stage != ReleaseStage.Held)
        {
            Recent.Note(
                progress.Kind,
                progress.Name,
                progress.Generation,
                ReleaseProgressCodec.NameOf(progress.Stage),
                progress.Stage == ReleaseStage.Reverted ? progress.Reason : null
            );
        }

        if (progress.Stage == ReleaseStage.Reverted)
        {
            LogReverted(progress.Kind, progress.Name, progress.Generation, progress.Reason, progress.Evidence);
        }
        else
        {
            LogProgress(
                progress.Kind,
                progress.Name,
                progress.Generation,
                ReleaseProgressCodec.NameOf(progress.Stage),
                progress.Share,
                progress.Reason
            );
        }
    }

    /// <inheritdoc/>
    public void Refused(ReleaseRefusal refusal)
    {
        Recent.Note(refusal.Release.Kind, refusal.Release.Name, refusal.Release.Generation, "refused", refusal.Reason);
        LogRefused(refusal.Release.Kind, refusal.Release.Name, refusal.Release.Generation, refusal.Reason);
        ImmutableInterlocked.Update(
            ref _refusals,
            static (known, added) => (known.Count() < MostRefusals ? known : known.Dequeue()).Enqueue(added),
            (time.GetUtcNow(), refusal)
        );
    }

    /// <inheritdoc/>
    public void Held(Release release) => LogHeld(release.Kind, release.Name, release.Generation);

    /// <inheritdoc/>
    public void PutAside(Release release) => LogPutAside(release.Kind, release.Name, release.Generation);

    /// <inheritdoc/>
    public void TasterUnavailable(string reason) => LogTasterUnavailable(reason);

    /// <inheritdoc/>
    public void TasterAvailable() => LogTasterAvailable();

    /// <inheritdoc/>
    public void Purged(Purge purge)
    {
        LogPurged(purge.Sequence, purge.ZoneId, purge.Kind, purge.Values.Length);
        if (purge.NotUnderstood is { } what)
        {
            LogNotUnderstood(purge.Sequence, what);
        }
    }

    /// <inheritdoc/>
    public void PurgedAll(string reason) => LogPurgedAll(reason);

    /// <inheritdoc/>
    public void PurgeRefused(string reason) => LogPurgeRefused(reason);

    /// <inheritdoc/>
    public void StoreProblem(StoreProblem problem) => LogStoreProblem(problem.Path, problem.Reason);

    /// <inheritdoc/>
    public void Connected()
    {
        _connectedOnce.TrySetResult();
        LogConnected();
    }

    /// <inheritdoc/>
    public void Lost(Exception reason, TimeSpan retryIn) => LogLost(reason.Message, retryIn.TotalSeconds);

    [LoggerMessage(EventId = 1101, Level = LogLevel.Information, Message = "{Kind} {Name} generation {Generation} is {What}.")]
    private partial void LogAccepted(ArtifactKind kind, string name, long generation, string what);

    [LoggerMessage(
        EventId = 1124,
        Level = LogLevel.Error,
        Message = "{Kind} {Name} generation {Generation} was reverted, what was before it is live again: {Reason} ({Evidence})"
    )]
    private partial void LogReverted(ArtifactKind kind, string name, long generation, string? reason, string? evidence);

    [LoggerMessage(
        EventId = 1125,
        Level = LogLevel.Information,
        Message = "{Kind} {Name} generation {Generation}: {Stage}, {Share}% of requests. {Reason}"
    )]
    private partial void LogProgress(ArtifactKind kind, string name, long generation, string stage, int share, string? reason);

    [LoggerMessage(
        EventId = 1102,
        Level = LogLevel.Warning,
        Message = "{Kind} {Name} generation {Generation} was refused, what was live stays: {Reason}"
    )]
    private partial void LogRefused(ArtifactKind kind, string name, long generation, string reason);

    [LoggerMessage(
        EventId = 1133,
        Level = LogLevel.Warning,
        Message = "{Kind} {Name} generation {Generation} waits, because its artifact is pinned on this machine."
    )]
    private partial void LogHeld(ArtifactKind kind, string name, long generation);

    [LoggerMessage(
        EventId = 1121,
        Level = LogLevel.Warning,
        Message = "{Kind} {Name} generation {Generation} holds the taster up and is tasted alone; what was live stays, others go on."
    )]
    private partial void LogPutAside(ArtifactKind kind, string name, long generation);

    [LoggerMessage(
        EventId = 1122,
        Level = LogLevel.Error,
        Message = "There is no taster: {Reason}. What was live stays; new releases wait, and it is tried again."
    )]
    private partial void LogTasterUnavailable(string reason);

    [LoggerMessage(EventId = 1123, Level = LogLevel.Information, Message = "There is a taster again; the releases that waited are taken.")]
    private partial void LogTasterAvailable();

    [LoggerMessage(EventId = 1103, Level = LogLevel.Warning, Message = "Release store: {Path}: {Reason}")]
    private partial void LogStoreProblem(string path, string reason);

    [LoggerMessage(EventId = 1104, Level = LogLevel.Information, Message = "Following control's releases.")]
    private partial void LogConnected();

    [LoggerMessage(
        EventId = 1105,
        Level = LogLevel.Warning,
        Message = "Control's releases can't be followed: {Reason}; trying again in {Seconds:F1} s. Sites are served as before."
    )]
    private partial void LogLost(string reason, double seconds);

    [LoggerMessage(
        EventId = 1106,
        Level = LogLevel.Information,
        Message = "Purge {Sequence} of zone {Zone} is in effect: {Kind}, {Count}."
    )]
    private partial void LogPurged(long sequence, string zone, PurgeKind kind, int count);

    [LoggerMessage(
        EventId = 1107,
        Level = LogLevel.Warning,
        Message = "Purge {Sequence} has {What}, which this build does not know: everything of its zone was purged."
    )]
    private partial void LogNotUnderstood(long sequence, string what);

    [LoggerMessage(EventId = 1108, Level = LogLevel.Warning, Message = "Everything in the cache was purged: {Reason}.")]
    private partial void LogPurgedAll(string reason);

    [LoggerMessage(EventId = 1109, Level = LogLevel.Warning, Message = "A purge was refused: {Reason}.")]
    private partial void LogPurgeRefused(string reason);
}
