namespace Holdfast.Cache.Disk;

/// <content>The one flow of control that writes.</content>
public sealed partial class DiskStore
{
    // EWOULDBLOCK, as it comes when another process has the lock.
    private const int IsLocked = 11;

    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(100);

    private readonly Queue<DiskSegment> _order = new();
    private long _pausedUntil;
    private TimeSpan _pause;
    private bool _hasChanged;
    private bool _mustCheckpoint;
    private FileStream? _lock;

    private bool IsPaused => Volatile.Read(ref _pausedUntil) is var until and > 0 && _time.GetTimestamp() < until;

    private async Task RunAsync(CancellationToken stop)
    {
        // Whoever starts the store goes on.
        await Task.Yield();
        try
        {
            await WaitForLockAsync(stop).ConfigureAwait(false);
            await OpenAsync(stop).ConfigureAwait(false);
            _isOpen = true;
            _opened.TrySetResult();
            var last = _time.GetTimestamp();
            while (!stop.IsCancellationRequested)
            {
                await _queue.WaitAsync(_limits.CheckpointInterval, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await WriteWaitingAsync(Timeout.InfiniteTimeSpan).ConfigureAwait(false);
                if (_hasChanged && !IsPaused && (_hasSealed || _time.GetElapsedTime(last) >= _limits.CheckpointInterval))
                {
                    await TryCheckpointAsync().ConfigureAwait(false);
                    last = _time.GetTimestamp();
                }
            }

            await WriteWaitingAsync(_limits.StopTime).ConfigureAwait(false);
            if (_hasChanged && !IsPaused)
            {
                await TryCheckpointAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop before it was open: nothing was written.
        }
        finally
        {
            _isClosed = true;
            _opened.TrySetResult();
            if (_lock is not null)
            {
                await _lock.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async ValueTask WriteWaitingAsync(TimeSpan longest)
    {
        var begun = _time.GetTimestamp();
        while (_queue.Take() is { } change)
        {
            if (change is { Response: null, Barrier: { } barrier })
            {
                await GuardedAsync(FlushAsync).ConfigureAwait(false);
                barrier.TrySetResult();
                continue;
            }

            if (longest >= TimeSpan.Zero && _time.GetElapsedTime(begun) > longest)
            {
                Refused(change);
                continue;
            }

            await WriteAsync(change).ConfigureAwait(false);
        }

        await GuardedAsync(FlushAsync).ConfigureAwait(false);
    }

    private async ValueTask WriteAsync(DiskChange change)
    {
        if (
            IsPaused
            || !await GuardedAsync(() => change.Large is null ? AppendAsync(change) : AppendLargeAsync(change)).ConfigureAwait(false)
        )
        {
            Refused(change);
        }

        if (change.Large is not null)
        {
            change.Barrier!.TrySetResult();
        }
    }

    // A change that cannot be written: what it takes the place of is gone, which the next checkpoint says.
    private void Refused(DiskChange change)
    {
        if (change.Response is not null)
        {
            Counters.Drop();
        }

        _index.Settle(change.Hash, change.Variant, change.Sequence, isPut: change.Response is not null);
        _mustCheckpoint = _hasChanged = true;
        change.Large?.Discard();
        change.Barrier?.TrySetResult();
    }

    // Whatever the disk refuses: nothing is written for a while, and what was not written yet is not kept.
    private async ValueTask<bool> GuardedAsync(Func<ValueTask> write)
    {
        try
        {
            await write().ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // The last is the framework's word for a file that may not grow (EFBIG).
            Problem = e.Message;
            Counters.Refused();
            _pause =
                _pause == TimeSpan.Zero
                    ? _limits.ShortestPause
                    : TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, _limits.LongestPause.Ticks));
            Volatile.Write(ref _pausedUntil, _time.GetTimestamp() + (long)(_pause.TotalSeconds * _time.TimestampFrequency));
            foreach (var written in _unpublished)
            {
                if (written.Change is { } change)
                {
                    Refused(change);
                }
            }

            _unpublished.Clear();
            _buffered = 0;
            _tail = null;
            _mustCheckpoint = _hasChanged = true;
            return false;
        }
    }

    private ValueTask<bool> TryCheckpointAsync() => GuardedAsync(CheckpointAsync);

    // What was appended is flushed first, so that the index names nothing that power could take.
    private async ValueTask CheckpointAsync()
    {
        NeedDirectory();
        _tail?.Flush();
        await new DiskCheckpoint
        {
            Tail = _tail?.Number ?? (_newest + 1),
            TailOffset = _tail is null ? DiskSegment.HeadBytes : _bufferedAt,
            Removals = _removals,
            Segments = [.. _segments.Values.Select(segment => (segment.Number, segment.OldestBegan, segment.NewestBegan))],
            Slots = [.. Enumerable.Range(0, DiskIndex.ShardCount).Select(_index.Export)],
        }
            .WriteAsync(_directory, _seed)
            .ConfigureAwait(false);
        _hasChanged = _hasSealed = _mustCheckpoint = false;
    }

    // Two processes must not write here at once: the one before may take a while to end.
    private async ValueTask WaitForLockAsync(CancellationToken stop)
    {
        while (_lock is null)
        {
            try
            {
                _lock = TakeLock();
            }
            catch (IOException e) when (e.HResult == IsLocked)
            {
                await Task.Delay(LockPause, _time, stop).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Nobody can write here now; what is there can perhaps be read.
                Problem = e.Message;
                return;
            }
        }
    }

    // Somebody may have removed it, or the disk may have come back since.
    private void NeedDirectory()
    {
        if (_lock is null || !Directory.Exists(_directory))
        {
            _lock?.Dispose();
            _lock = null;
            _lock = TakeLock();
        }
    }

    private FileStream TakeLock()
    {
        Directory.CreateDirectory(_directory);
        return new FileStream(Path.Combine(_directory, "lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1);
    }
}
