using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Reporting;

/// <content>The writer: one loop that owns the file.</content>
internal sealed partial class AccessLog
{
    private async Task WriteAsync()
    {
        // Leaves the constructor's thread; from here on every pause is an await.
        await Task.Yield();
        var pause = _options.MinBackOff;
        var delay = Task.CompletedTask;
        while (!_stopping)
        {
            await Volatile.Read(ref _anything).Task;
            if (!_stopping)
            {
                // Under load rounds are urgent, hundreds a second: they share one delay, which ends sooner than their own would.
                if (_failing || delay.IsCompleted)
                {
                    delay = Task.Delay(_failing ? pause : _options.BatchDelay, _time, CancellationToken.None);
                }

                await Task.WhenAny(Volatile.Read(ref _urgent).Task, delay);
            }

            // Renewed before collecting: a record that comes too late for this round signals the next one.
            Interlocked.Exchange(ref _anything, NewSignal());
            Interlocked.Exchange(ref _urgent, NewSignal());
            var wasFailing = _failing;
            WriteRound();
            if (wasFailing)
            {
                // What is left of a pause is no delay for those that come now.
                delay = Task.CompletedTask;
            }

            if (_failing)
            {
                pause = wasFailing ? TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, _options.MaxBackOff.Ticks)) : _options.MinBackOff;
                Wake(urgent: false);
            }
        }

        WriteRound();
        DropAll();
        _file.Dispose();
    }

    private void WriteRound()
    {
        var flushes = new List<TaskCompletionSource<bool>>();
        while (_flushes.TryDequeue(out var flush))
        {
            flushes.Add(flush);
        }

        Collect(patiently: flushes.Count > 0 || _stopping);
        var written = WriteReady();
        if (written && flushes.Count > 0)
        {
            // What did not fit in the queue the first time.
            Collect(patiently: true);
            written = WriteReady();
        }

        foreach (var flush in flushes)
        {
            flush.TrySetResult(written);
        }
    }

    /// <summary>Queues what the stripes hold. A stripe in somebody's hands is left for the next round, or waited for.</summary>
    private void Collect(bool patiently)
    {
        for (var i = 0; i < _stripes.Length; i++)
        {
            ref var place = ref _stripes[i].Batch;
            var batch = Interlocked.Exchange(ref place, null);
            for (var spin = new SpinWait(); batch is null && patiently && spin.Count < 1000; spin.SpinOnce())
            {
                batch = Interlocked.Exchange(ref place, null);
            }

            if (batch is not null)
            {
                Interlocked.Exchange(ref place, batch.Length > 0 && TryQueue(batch) ? Rent() : batch);
            }
        }
    }

    /// <summary>Appends what is queued to the file; on a failure what is left stays queued.</summary>
    private bool WriteReady()
    {
        var prepared = false;
        while (_ready.TryPeek(out var batch))
        {
            try
            {
                if (!prepared)
                {
                    _file.Prepare();
                    prepared = true;
                }

                _file.Append(batch.Written);
            }
            catch (Exception e)
                when (e is IOException or UnauthorizedAccessException or ObjectDisposedException or ArgumentOutOfRangeException)
            {
                // The last is the framework's word for a file that may not grow (EFBIG).
                _file.Dispose();
                if (!_failing)
                {
                    _failing = true;
                    LogWriteFailed(_file.Path, e.Message);
                }

                return false;
            }

            _ready.TryDequeue(out _);
            Interlocked.Decrement(ref _readyCount);
            _counters.LogWritten(batch.Records);
            Return(batch);
            if (_failing)
            {
                _failing = false;
                LogWriteRecovered(_file.Path, _counters.LogDrops);
            }
        }

        return true;
    }

    private void DropAll()
    {
        var dropped = 0;
        while (_ready.TryDequeue(out var batch))
        {
            dropped += batch.Records;
        }

        foreach (ref var stripe in _stripes.AsSpan())
        {
            dropped += Interlocked.Exchange(ref stripe.Batch, null)?.Records ?? 0;
        }

        _counters.LogDropped(LogDropReason.WriteFailed, dropped);
        while (_flushes.TryDequeue(out var flush))
        {
            flush.TrySetResult(dropped == 0);
        }
    }

    [LoggerMessage(
        2201,
        LogLevel.Error,
        "The access log {Path} cannot be written: {Reason}. Requests are served all the same; records wait in memory, then are dropped and counted."
    )]
    private partial void LogWriteFailed(string path, string reason);

    [LoggerMessage(2202, LogLevel.Warning, "The access log {Path} is written again. Dropped since the start: {Dropped} records.")]
    private partial void LogWriteRecovered(string path, long dropped);
}
