using System.Buffers;
using Holdfast.Rules.Planning;

namespace Holdfast.Rules.Evaluation;

/// <summary>
/// Working memory of evaluations, one after the other, on one thread at a time. It is made once, for instance for each connection, and used
/// again and again: evaluations allocate nothing beside it, but for <c>regex_replace()</c>.
/// </summary>
public sealed class RuleEvaluation
{
    private const int FirstChunk = 4096;
    private const int LaterChunks = 64 * 1024;

    // The first chunk stays; later ones are rented, and given back when the next evaluation begins.
    private readonly List<byte[]> _chunks = [new byte[FirstChunk]];
    private byte[] _current;
    private int _chunk;
    private int _used;
    private int _written;
    private long _regexWork;

    /// <summary>Makes working memory; it grows when it has to, and shrinks again.</summary>
    public RuleEvaluation() => _current = _chunks[0];

    /// <summary>What rules read; set while an evaluation runs.</summary>
    internal IRuleSignals Signals { get; private set; } = null!;

    /// <summary>What rules that are planned together have found; null when a filter runs by itself.</summary>
    internal RulePass? Pass { get; private set; }

    /// <summary>Whether something is unknown because too much was computed.</summary>
    internal bool IsOverdrawn { get; set; }

    /// <summary>Asked at each evaluation's begin and wherever one works over values that are long, or null.</summary>
    public ICheckpoint? Checkpoint { get; set; }

    /// <summary>Begins an evaluation: what the one before it has written is gone.</summary>
    internal void Begin(IRuleSignals signals, RulePass? pass = null)
    {
        Signals = signals;
        Pass = pass;
        BeginNext();
    }

    /// <summary>Begins another evaluation of the same signals.</summary>
    internal void BeginNext()
    {
        Checkpoint?.Pass();
        IsOverdrawn = false;
        _regexWork = 0;
        _written = 0;
        _used = 0;
        if (_chunks.Count > 1)
        {
            GiveBack();
        }
    }

    /// <summary>An evaluation is over, or never came to its end. What it has written stays until the next begins.</summary>
    internal void End() => (Signals, Pass) = (null!, null);

    private void GiveBack()
    {
        _chunk = 0;
        _current = _chunks[0];
        for (var i = _chunks.Count - 1; i > 0; i--)
        {
            ArrayPool<byte>.Shared.Return(_chunks[i]);
            _chunks.RemoveAt(i);
        }
    }

    /// <summary>Takes memory for a computed value.</summary>
    /// <param name="size">In bytes.</param>
    /// <param name="bytes">Exactly so many, whatever is in them.</param>
    /// <returns>False when the evaluation has computed too much: the value is unknown then.</returns>
    internal bool TryTake(int size, out Span<byte> bytes)
    {
        Checkpoint?.Pass();
        if (size > RuleLimits.ComputedBytes - _written)
        {
            IsOverdrawn = true;
            bytes = default;
            return false;
        }

        _written += size;
        if (_current.Length - _used < size)
        {
            MoveOn(size);
        }

        bytes = _current.AsSpan(_used, size);
        _used += size;
        return true;
    }

    /// <summary>Counts what looking for a regular expression costs.</summary>
    /// <param name="cost">Of one byte.</param>
    /// <param name="length">Of the text, in bytes.</param>
    /// <returns>False when it would be too much for one evaluation: the answer is unknown then.</returns>
    internal bool TrySpend(int cost, int length)
    {
        Checkpoint?.Pass();
        _regexWork += (long)cost * length;
        if (_regexWork <= RuleLimits.RegexWork)
        {
            return true;
        }

        IsOverdrawn = true;
        return false;
    }

    /// <summary>Where the memory in use ends.</summary>
    internal (int Chunk, int Used) Mark() => (_chunk, _used);

    /// <summary>Gives back what was taken since a mark. It still counts as computed.</summary>
    internal void Release((int Chunk, int Used) mark)
    {
        if (_chunk != mark.Chunk)
        {
            _chunk = mark.Chunk;
            _current = _chunks[_chunk];
        }

        _used = mark.Used;
    }

    // To the next chunk that has room, which may have to be rented.
    private void MoveOn(int size)
    {
        do
        {
            if (++_chunk == _chunks.Count)
            {
                _chunks.Add(ArrayPool<byte>.Shared.Rent(Math.Max(size, LaterChunks)));
            }
        } while (_chunks[_chunk].Length < size);

        _current = _chunks[_chunk];
        _used = 0;
    }
}
