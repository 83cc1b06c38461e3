using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Canonical;
using Holdfast.Releases.Feed;

namespace Holdfast.Releases.Uplink;

/// <summary>
/// The records that wait to go up: in memory for sending, and mirrored to segment files so that a process that is killed loses none.
/// Bounded: when it is full the oldest are dropped and counted, and control is told with <see cref="UplinkRecordTypes.Dropped"/>.
/// A disk that fails costs the mirror and nothing else. Safe to use from several threads.
/// </summary>
public sealed class UplinkRing : IUplinkSink, IDisposable
{
    /// <summary>Default bound, in bytes of encoded records: some weeks of a quiet edge's records.</summary>
    public const long DefaultCapacityBytes = 16 * 1024 * 1024;

    /// <summary>Largest single record in bytes; a larger one is dropped and counted.</summary>
    public const int MaxRecordBytes = 64 * 1024;

    private const int MaxBatchBytes = 1024 * 1024;

    private readonly string _node;
    private readonly long _capacity;
    private readonly TimeProvider _time;
    private readonly Func<UplinkRecord, long> _weigh;
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiting> _waiting = [];
    private readonly UplinkSegments? _segments;
    private TaskCompletionSource _added = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytes;
    private long _lastSequence;
    private long _untold;
    private bool _isHandedOver;

    /// <summary>A ring of this node.</summary>
    /// <param name="node">The node's name, in every record.</param>
    /// <param name="directory">Where the segment files are, or null for memory alone. Read now; made when it is missing.</param>
    /// <param name="time">The clock.</param>
    /// <param name="capacityBytes">The bound, at least 64 KiB.</param>
    /// <param name="weigh">How many things a record tells of, for the count of what was dropped; null for one.</param>
    public UplinkRing(
        string node,
        string? directory,
        TimeProvider time,
        long capacityBytes = DefaultCapacityBytes,
        Func<UplinkRecord, long>? weigh = null
    )
    {
        _weigh = weigh ?? (static _ => 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacityBytes, MaxRecordBytes);
        _node = node;
        _capacity = capacityBytes;
        _time = time;
        if (directory is not null)
        {
            _segments = new UplinkSegments(directory, capacityBytes / 16);
            foreach (var record in _segments.Load().Where(record => record.Node == node))
            {
                Enqueue(record, UplinkCodec.Encode(record).Length);
            }
        }

        // Without a memory of earlier sequences the clock gives a start above them all: 1,000 a millisecond, far from 53 bits.
        _lastSequence = Math.Max(_lastSequence, Math.Min(time.GetUtcNow().ToUnixTimeMilliseconds() * 1000, CanonicalJson.MaxInteger / 2));
    }

    /// <summary>Records that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Bytes of the records that wait.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _bytes;
            }
        }
    }

    /// <summary>What the records told of that were dropped since the start.</summary>
    public long Dropped { get; private set; }

    /// <summary>Why the files cannot be written, or null while they can.</summary>
    public string? DiskProblem => _segments?.Problem;

    /// <inheritdoc/>
    public void Add(string type, JsonObject body)
    {
        using var document = JsonDocument.Parse(body.ToJsonString());
        Add(type, document.RootElement.Clone());
    }

    /// <summary>Adds a record.</summary>
    /// <param name="type">See <see cref="UplinkRecordTypes"/>.</param>
    /// <param name="body">The record's own members, an object; never a secret.</param>
    public void Add(string type, JsonElement body)
    {
        lock (_gate)
        {
            Append(type, body);
        }
    }

    /// <summary>The oldest records that fit in one batch; they stay until they are trimmed.</summary>
    public IReadOnlyList<UplinkRecord> Peek()
    {
        lock (_gate)
        {
            if (_untold > 0)
            {
                var count = _untold;
                _untold = 0;
                using var document = JsonDocument.Parse(new JsonObject { ["count"] = count }.ToJsonString());
                Append(UplinkRecordTypes.Dropped, document.RootElement.Clone());
            }

            var batch = new List<UplinkRecord>();
            long bytes = 0;
            foreach (var waiting in _waiting)
            {
                bytes += waiting.Bytes;
                if (batch.Count == HttpEdgeUplink.MaxRecords || (batch.Count > 0 && bytes > MaxBatchBytes))
                {
                    break;
                }

                batch.Add(waiting.Record);
            }

            return batch;
        }
    }

    /// <summary>Forgets everything up to a sequence, because it is safe at the other end.</summary>
    public void Trim(long sequence)
    {
        lock (_gate)
        {
            while (_waiting.First is { } first && first.Value.Record.Sequence <= sequence)
            {
                RemoveFirst();
            }

            if (!_isHandedOver)
            {
                _segments?.Trim(sequence);
            }
        }
    }

    /// <summary>Forgets a batch that the other end will never take, and counts it as dropped.</summary>
    public void Abandon(IReadOnlyList<UplinkRecord> batch)
    {
        lock (_gate)
        {
            foreach (var record in batch)
            {
                Drop(record);
            }
        }

        Trim(batch[^1].Sequence);
    }

    /// <summary>Completes when a record waits.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _waiting.Count > 0 || _untold > 0 ? Task.CompletedTask : _added.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Closes the files and takes nothing more: a successor has them, and numbers its records by them.</summary>
    public void HandOver()
    {
        lock (_gate)
        {
            _isHandedOver = true;
            _segments?.Dispose();
        }
    }

    /// <summary>Closes the files; what waits stays in them.</summary>
    public void Dispose() => _segments?.Dispose();

    private void Append(string type, JsonElement body)
    {
        if (_isHandedOver)
        {
            Dropped++;
            return;
        }

        var record = new UplinkRecord(_node, ++_lastSequence, _time.GetUtcNow(), type, body);
        var encoded = UplinkCodec.Encode(record);
        if (encoded.Length > MaxRecordBytes)
        {
            Drop(record);
        }
        else
        {
            _segments?.Append(record.Sequence, encoded);
            Enqueue(record, encoded.Length);
        }

        _added.TrySetResult();
        _added = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private void Enqueue(UplinkRecord record, int bytes)
    {
        _lastSequence = Math.Max(_lastSequence, record.Sequence);
        _waiting.AddLast(new Waiting(record, bytes));
        _bytes += bytes;
        while (_bytes > _capacity && _waiting.First is { } first)
        {
            var dropped = first.Value.Record;
            RemoveFirst();
            Drop(dropped);
            _segments?.Trim(dropped.Sequence);
        }
    }

    private void Drop(UplinkRecord record)
    {
        if (record.Type == UplinkRecordTypes.Dropped)
        {
            // What it tells of is told again.
            _untold += record.Body.TryGetProperty("count", out var count) && count.TryGetInt64(out var untold) ? untold : 0;
            return;
        }

        var weight = _weigh(record);
        Dropped += weight;
        _untold += weight;
    }

    private void RemoveFirst()
    {
        _bytes -= _waiting.First!.Value.Bytes;
        _waiting.RemoveFirst();
    }

    private readonly record struct Waiting(UplinkRecord Record, int Bytes);
}
