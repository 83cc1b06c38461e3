using System.Collections.Concurrent;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Disk;

/// <summary>What is to be written: a response, or that something is gone.</summary>
/// <param name="Response">The response, or null.</param>
/// <param name="Key">Of what is gone: its key.</param>
/// <param name="Hash">The key's hash.</param>
/// <param name="Variant">Which variant, or <see cref="DiskIndex.AllVariants"/>.</param>
/// <param name="Sequence">The number that the index gave it.</param>
/// <param name="Bytes">How many bytes of memory it holds.</param>
internal sealed record DiskChange(StoredResponse? Response, byte[]? Key, ulong Hash, int Variant, long Sequence, long Bytes)
{
    /// <summary>Somebody who waits until everything before it, and the change itself if there is one, was written, or refused.</summary>
    public TaskCompletionSource? Barrier { get; init; }

    /// <summary>The file that the response's body is in already, or null.</summary>
    public LargeFile? Large { get; init; }
}

/// <summary>What waits to be written. Many put into it, one takes out. Thread-safe.</summary>
/// <param name="most">How many bytes may wait.</param>
internal sealed class DiskQueue(long most) : IDisposable
{
    private readonly ConcurrentQueue<DiskChange> _changes = new();
    private readonly SemaphoreSlim _some = new(0, 1);
    private long _bytes;

    /// <summary>Whether a response of this many bytes may wait.</summary>
    public bool HasRoom(long bytes) => Volatile.Read(ref _bytes) + bytes <= most;

    /// <summary>Adds a change; those that take something away are never refused.</summary>
    public void Add(DiskChange change)
    {
        Interlocked.Add(ref _bytes, change.Bytes);
        _changes.Enqueue(change);
        if (_some.CurrentCount == 0)
        {
            try
            {
                _some.Release();
            }
            catch (SemaphoreFullException)
            {
                // Somebody else has said so.
            }
            catch (ObjectDisposedException)
            {
                // Nobody writes any more.
            }
        }
    }

    /// <summary>Takes the oldest.</summary>
    public DiskChange? Take()
    {
        if (!_changes.TryDequeue(out var change))
        {
            return null;
        }

        Interlocked.Add(ref _bytes, -change.Bytes);
        return change;
    }

    /// <summary>Waits for something, for so long at most.</summary>
    public Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken) => _some.WaitAsync(longest, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _some.Dispose();
}
