namespace Holdfast.Control.Releases;

/// <summary>Wakes everybody who follows the feed when a release was committed. Safe to use from several threads.</summary>
internal sealed class ReleaseSignal
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the next wake-up. Take it before reading the database, so that nothing falls between.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Wake() => Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
