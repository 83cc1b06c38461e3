using System.Collections.Concurrent;
using System.Numerics;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Reporting;

/// <summary>
/// The access log. Requests write their record as a finished line into one of several buffers (stripes), each of which belongs to whoever
/// has taken it out of its place: no lock, no waiting. A writer collects the buffers and appends them to the file. When the disk does
/// not keep up, records wait in bounded memory, then are dropped and counted.
/// </summary>
/// <remarks>Records of one connection keep their order unless they are closer than the batch delay; sort by EdgeEndTimestamp to be sure.</remarks>
internal sealed partial class AccessLog : IAsyncDisposable
{
    /// <summary>Empty batches kept for bursts: 7 MiB at most, taken once and not from the garbage collector again and again.</summary>
    private const int MaxFree = 32;

    private readonly AccessLogOptions _options;
    private readonly EdgeCounters _counters;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly byte[] _node;
    private readonly Stripe[] _stripes;
    private readonly ConcurrentQueue<AccessLogBatch> _ready = new();
    private readonly ConcurrentQueue<AccessLogBatch> _free = new();
    private readonly ConcurrentQueue<TaskCompletionSource<bool>> _flushes = new();
    private readonly AccessLogFile _file;
    private readonly int _maxReady;
    private readonly Task _writer;
    private int _readyCount;
    private volatile bool _failing;
    private volatile bool _stopping;

    // Completed when there is anything to write; when what there is should be written at once.
    private TaskCompletionSource _anything = NewSignal();
    private TaskCompletionSource _urgent = NewSignal();

    /// <summary>Starts the log's writer; the file is opened with the first record.</summary>
    public AccessLog(AccessLogOptions options, EdgeCounters counters, TimeProvider time, ILogger<AccessLog> logger)
    {
        _options = options;
        _counters = counters;
        _time = time;
        _logger = logger;
        _file = new AccessLogFile(options);
        _maxReady = Math.Max(1, options.MaxQueueBytes / AccessLogBatch.Capacity);

        Span<byte> node = stackalloc byte[8192];
        var json = new JsonLineWriter(node);
        json.Text(",\"Node\":\""u8, Encoding.UTF8.GetBytes(options.Node));
        _node = node[..json.Length].ToArray();

        // More stripes than cores: a thread that is paused while it holds one should not make another wait.
        _stripes = new Stripe[Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount * 2), 4, 64)];
        for (var i = 0; i < _stripes.Length; i++)
        {
            _stripes[i].Batch = new AccessLogBatch();
        }

        _writer = WriteAsync();
    }

    /// <summary>The file's path.</summary>
    public string Path => _file.Path;

    /// <summary>Adds a record, or drops and counts it. Never throws, never waits, allocates nothing in steady state.</summary>
    public void Append(in AccessLogEntry entry)
    {
        if (_stopping)
        {
            _counters.LogDropped(LogDropReason.Stopped, 1);
            return;
        }

        var first = Thread.GetCurrentProcessorId();
        for (var i = 0; i < _stripes.Length; i++)
        {
            ref var place = ref _stripes[(first + i) & (_stripes.Length - 1)].Batch;
            if (Interlocked.Exchange(ref place, null) is { } batch)
            {
                AppendTo(ref place, batch, entry);
                return;
            }
        }

        // Every stripe is in somebody's hands. That somebody may be a paused thread, so no waiting: this record goes alone.
        var own = Rent();
        if (!own.TryAppend(entry, _node) || !TryQueue(own))
        {
            _counters.LogDropped(LogDropReason.QueueFull, 1);
            Return(own);
        }

        Wake(urgent: false);
    }

    /// <summary>Waits until everything appended before the call has been written, or an attempt to write it has failed.</summary>
    /// <returns>Whether all of it is in the file.</returns>
    public async Task<bool> FlushAsync(CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _flushes.Enqueue(done);
        Wake(urgent: true);
        if (_writer.IsCompleted)
        {
            done.TrySetResult(_ready.IsEmpty);
        }

        return await done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Writes what there is, once; what cannot be written is dropped and counted.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        Wake(urgent: true);
        await _writer;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void AppendTo(ref AccessLogBatch? place, AccessLogBatch batch, in AccessLogEntry entry)
    {
        var appended = batch.TryAppend(entry, _node);

        // While others wait for the disk a batch is filled to its end first, so that the queue's memory holds as much as it can.
        var full = !appended || (batch.Length >= AccessLogBatch.WorthWriting && Volatile.Read(ref _readyCount) == 0);
        if (full && TryQueue(batch))
        {
            batch = Rent();
            appended = appended || batch.TryAppend(entry, _node);
        }

        // A full fence: the writer either sees this batch, or has renewed its signal before and is woken now.
        Interlocked.Exchange(ref place, batch);
        if (!appended)
        {
            _counters.LogDropped(LogDropReason.QueueFull, 1);
        }

        Wake(urgent: full && !_failing);
    }

    private void Wake(bool urgent)
    {
        var anything = Volatile.Read(ref _anything);
        if (!anything.Task.IsCompleted)
        {
            anything.TrySetResult();
        }

        if (urgent)
        {
            Volatile.Read(ref _urgent).TrySetResult();
        }
    }

    private bool TryQueue(AccessLogBatch batch)
    {
        if (Interlocked.Increment(ref _readyCount) > _maxReady)
        {
            Interlocked.Decrement(ref _readyCount);
            return false;
        }

        _ready.Enqueue(batch);
        return true;
    }

    private AccessLogBatch Rent() => _free.TryDequeue(out var batch) ? batch : new AccessLogBatch();

    private void Return(AccessLogBatch batch)
    {
        batch.Clear();
        if (_free.Count < MaxFree)
        {
            _free.Enqueue(batch);
        }
    }

    private struct Stripe
    {
        public AccessLogBatch? Batch;

        // Keeps neighbours out of one cache line (128 bytes: adjacent lines are fetched in pairs).
#pragma warning disable CS0169, IDE0051 // never used: they only take up room
        private readonly Int128 _p0,
            _p1,
            _p2,
            _p3,
            _p4,
            _p5,
            _p6;
#pragma warning restore CS0169, IDE0051
    }
}
