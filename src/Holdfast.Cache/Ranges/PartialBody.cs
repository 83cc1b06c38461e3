using System.Collections.Immutable;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Ranges;

/// <summary>A body of which some bytes are at hand (RFC 9111 section 3.3): pieces in order, none over another. Never changes.</summary>
internal sealed class PartialBody : BodyBytes
{
    /// <summary>Pieces of one body at most: a client that asks for every other byte must not make an endless list.</summary>
    public const int MostPieces = 64;

    private const int PieceOverhead = 32;

    private readonly ImmutableArray<Piece> _pieces;

    private PartialBody(long complete, ImmutableArray<Piece> pieces)
    {
        Length = complete;
        _pieces = pieces;
        Held = pieces.Sum(p => p.Length);

        // Two pieces may be cut from the same bytes.
        Cost = pieces.Select(p => p.Bytes).Distinct().Sum(b => b.Cost) + (pieces.Length * PieceOverhead) + 64;
    }

    /// <summary>The bytes of the whole, whether at hand or not.</summary>
    public override long Length { get; }

    /// <inheritdoc/>
    public override long Cost { get; }

    /// <summary>How many bytes are at hand.</summary>
    public long Held { get; }

    /// <summary>Whether all are.</summary>
    public bool IsComplete => Held == Length;

    /// <summary>A body of which one piece is there.</summary>
    /// <param name="complete">The bytes of the whole.</param>
    /// <param name="start">Where the piece begins.</param>
    /// <param name="bytes">It; not empty, and within the whole.</param>
    public static PartialBody Of(long complete, long start, StoredBody bytes) => new(complete, [new Piece(start, bytes.Length, bytes, 0)]);

    /// <summary>Whether these bytes are all at hand.</summary>
    public bool Covers(ByteRange range)
    {
        var reached = range.Start;
        foreach (var piece in _pieces)
        {
            if (piece.Start <= reached && reached < piece.End)
            {
                reached = piece.End;
            }
        }

        return reached >= range.End;
    }

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> At(long offset)
    {
        foreach (var piece in _pieces)
        {
            if (piece.Start <= offset && offset < piece.End)
            {
                var bytes = piece.Bytes.At(piece.Offset + offset - piece.Start);
                return bytes[..(int)Math.Min(bytes.Length, piece.End - offset)];
            }
        }

        return default;
    }

    /// <summary>This body with what another one has more; null when that would be too many pieces.</summary>
    /// <param name="other">Parts of the same whole.</param>
    public PartialBody? With(PartialBody other)
    {
        var all = new List<Piece>(_pieces);
        foreach (var added in other._pieces)
        {
            // What is there already stays; the rest of the new piece fills the gaps.
            var from = added.Start;
            foreach (var present in _pieces)
            {
                AddBetween(all, added, from, Math.Min(present.Start, added.End));
                from = Math.Max(from, present.End);
            }

            AddBetween(all, added, from, added.End);
        }

        return all.Count > MostPieces ? null : new PartialBody(Length, [.. all.OrderBy(p => p.Start)]);
    }

    /// <summary>A copy in one row; for a complete body.</summary>
    public StoredBody ToWhole()
    {
        var whole = new StoredBody();
        while (whole.Length < Length)
        {
            whole.Append(At(whole.Length).Span, Length - whole.Length);
        }

        return whole;
    }

    private static void AddBetween(List<Piece> all, Piece added, long from, long to)
    {
        if (from < to)
        {
            all.Add(new Piece(from, to - from, added.Bytes, added.Offset + from - added.Start));
        }
    }

    private readonly record struct Piece(long Start, long Length, StoredBody Bytes, long Offset)
    {
        public long End => Start + Length;
    }
}
