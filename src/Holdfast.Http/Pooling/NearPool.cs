using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Http.Pooling;

/// <summary>
/// Objects that are used again. A thread gets the one that it gave back last, which still lies in its processor's cache, and takes no lock
/// for it; what it has too many of, others may have.
/// </summary>
/// <param name="create">Makes a new one, when there is none.</param>
/// <param name="mostShared">How many are kept for whichever thread needs one, beside each thread's own.</param>
[SuppressMessage("Design", "CA1001", Justification = "Each thread's own go with the thread; whoever comes late still finds the pool.")]
public sealed class NearPool<T>(Func<T> create, int mostShared)
    where T : class
{
    // As many as one thread has in use at once under a usual load.
    private const int MostOwn = 16;

    private readonly ThreadLocal<Own> _own = new(static () => new Own());
    private readonly ConcurrentQueue<T> _shared = new();
    private int _sharedCount;

    /// <summary>An object that nobody uses, with whatever its last user left in it.</summary>
    public T Take()
    {
        var own = _own.Value!;
        if (own.Count > 0)
        {
            var item = own.Items[--own.Count]!;
            own.Items[own.Count] = null;
            return item;
        }

        if (_shared.TryDequeue(out var shared))
        {
            Interlocked.Decrement(ref _sharedCount);
            return shared;
        }

        return create();
    }

    /// <summary>Gives an object back. Nobody may use it any more.</summary>
    public void Give(T item)
    {
        var own = _own.Value!;
        if (own.Count < MostOwn)
        {
            own.Items[own.Count++] = item;
        }
        else if (Interlocked.Increment(ref _sharedCount) <= mostShared)
        {
            _shared.Enqueue(item);
        }
        else
        {
            Interlocked.Decrement(ref _sharedCount);
        }
    }

    private sealed class Own
    {
        public readonly T?[] Items = new T?[MostOwn];
        public int Count;
    }
}
