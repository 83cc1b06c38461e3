using Holdfast.Cache.Compression;

namespace Holdfast.Cache.Storage;

/// <summary>
/// Decides what goes when the store is full: S3-FIFO (Yang et al., SOSP 2023), by bytes. New responses enter a small queue; those asked
/// for again while they are in it move to the main one, the others leave, and are remembered for a while: if one comes back soon it goes
/// straight to the main queue. A hit only raises a counter, without a lock. All other members are called under one lock.
/// </summary>
internal sealed class EvictionQueue(long budget)
{
    // The share of the small queue; the paper's figure, which holds over its 6,594 traces.
    private const int SmallDivisor = 10;

    // A response moves on when it was asked for more than once since it came, and stays at most this many rounds on the strength of it.
    private const byte MovesOnAbove = 1;
    private const byte MostFrequency = 3;

    private readonly Fifo _small = new(1);
    private readonly Fifo _main = new(2);
    private readonly GhostTable _ghosts = new(budget);
    private readonly Lock _gate = new();

    /// <summary>How many bytes the responses in the queues take.</summary>
    public long Bytes => Volatile.Read(ref _small.Bytes) + Volatile.Read(ref _main.Bytes);

    /// <summary>Counts a hit. May be called by anybody at any time; a count lost in a race does no harm.</summary>
    public static void Hit(StoredResponse response)
    {
        var frequency = response.Frequency;
        if (frequency < MostFrequency)
        {
            response.Frequency = (byte)(frequency + 1);
        }
    }

    /// <summary>Takes what was replaced or purged out of the queues and a new response in.</summary>
    /// <param name="added">What the index holds now, or null.</param>
    /// <param name="removed">What it holds no more; cleared.</param>
    /// <param name="victims">What must go to keep the budget, to be taken out of the index by the caller.</param>
    public void Change(StoredResponse? added, List<StoredResponse> removed, List<StoredResponse> victims)
    {
        lock (_gate)
        {
            var inherits = false;
            foreach (var gone in removed)
            {
                // What takes its place inherits what is known of how often it is asked for.
                if (added is not null && gone.Selecting.SequenceEqual(added.Selecting))
                {
                    added.Frequency = gone.Frequency;
                    inherits = gone.Queue == _main.Number;
                }

                QueueOf(gone)?.Remove(gone);
            }

            removed.Clear();

            // Whoever replaced it meanwhile found it in no queue.
            if (added is { IsIndexed: true })
            {
                (inherits || _ghosts.Take(added.Hash, _main.Count) ? _main : _small).Push(added);
            }

            EvictOver(victims);
        }
    }

    /// <summary>Gives a response its body in a content coding, which counts as its own; no effect when it is in no queue.</summary>
    /// <param name="response">The response.</param>
    /// <param name="coding">The coding.</param>
    /// <param name="body">Its body in it.</param>
    /// <param name="victims">As in <see cref="Change"/>.</param>
    public void Attach(StoredResponse response, ContentCoding coding, StoredBody body, List<StoredResponse> victims)
    {
        lock (_gate)
        {
            if (QueueOf(response) is not { } queue)
            {
                return;
            }

            var before = response.Cost;
            Volatile.Write(ref response.Encoded, (response.Encoded ?? new EncodedBodies()).With(coding, body));
            Volatile.Write(ref queue.Bytes, queue.Bytes + response.Cost - before);
            EvictOver(victims);
        }
    }

    private void EvictOver(List<StoredResponse> victims)
    {
        while (Bytes > budget)
        {
            if (_small.Bytes > budget / SmallDivisor || _main.Count == 0)
            {
                EvictSmall(victims);
            }
            else
            {
                EvictMain(victims);
            }
        }
    }

    private Fifo? QueueOf(StoredResponse response) =>
        response.Queue == _small.Number ? _small
        : response.Queue == _main.Number ? _main
        : null;

    private void EvictSmall(List<StoredResponse> victims)
    {
        var oldest = _small.Pop();
        if (oldest.Frequency > MovesOnAbove)
        {
            oldest.Frequency = 0;
            _main.Push(oldest);
        }
        else
        {
            _ghosts.Add(oldest.Hash, _main.Count);
            victims.Add(oldest);
        }
    }

    private void EvictMain(List<StoredResponse> victims)
    {
        var oldest = _main.Pop();
        if (oldest.Frequency > 0)
        {
            oldest.Frequency--;
            _main.Push(oldest);
        }
        else
        {
            victims.Add(oldest);
        }
    }

    // First in, first out, by links in the responses.
    private sealed class Fifo(byte number)
    {
        public long Bytes;
        private StoredResponse? _newest;
        private StoredResponse? _oldest;

        public byte Number { get; } = number;

        public long Count { get; private set; }

        public void Push(StoredResponse response)
        {
            response.Queue = Number;
            response.QueueNext = null;
            response.QueuePrevious = _newest;
            if (_newest is null)
            {
                _oldest = response;
            }
            else
            {
                _newest.QueueNext = response;
            }

            _newest = response;
            Count++;
            Volatile.Write(ref Bytes, Bytes + response.Cost);
        }

        public StoredResponse Pop()
        {
            var oldest = _oldest!;
            Remove(oldest);
            return oldest;
        }

        public void Remove(StoredResponse response)
        {
            var (previous, next) = (response.QueuePrevious, response.QueueNext);
            (previous is null ? ref _oldest : ref previous.QueueNext) = next;
            (next is null ? ref _newest : ref next.QueuePrevious) = previous;
            response.QueuePrevious = response.QueueNext = null;
            response.Queue = 0;
            Count--;
            Volatile.Write(ref Bytes, Bytes - response.Cost);
        }
    }
}
