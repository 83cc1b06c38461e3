namespace Holdfast.Edge.Rules.Signals;

/// <summary>
/// Where computed values of one request lie, one behind the other. A value is known by its range, which stays right when the memory grows.
/// </summary>
internal sealed class ByteArena
{
    private const int UsualSize = 1024;

    // What a request that was unusual may leave to the next one.
    private const int KeptSize = 64 * 1024;

    private byte[] _bytes = new byte[UsualSize];
    private int _used;

    /// <summary>A value's bytes, valid until the arena is cleared.</summary>
    public ReadOnlySpan<byte> this[Piece piece] => _bytes.AsSpan(piece.Start, piece.Length);

    /// <summary>Room for a value whose length is known to be at most this; give back what is not used by <see cref="Take"/>.</summary>
    public Span<byte> Room(int atMost)
    {
        if (_bytes.Length - _used < atMost)
        {
            // Spans of the smaller memory may still be read: it stays as it is.
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + atMost));
        }

        return _bytes.AsSpan(_used, atMost);
    }

    /// <summary>Takes so many of the bytes that were written to <see cref="Room"/>.</summary>
    public Piece Take(int length)
    {
        var piece = new Piece(_used, length);
        _used += length;
        return piece;
    }

    /// <summary>Takes a copy.</summary>
    public Piece Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        return Take(bytes.Length);
    }

    /// <summary>Forgets all values.</summary>
    public void Clear()
    {
        _used = 0;
        if (_bytes.Length > KeptSize)
        {
            _bytes = new byte[UsualSize];
        }
    }

    /// <summary>Where a value lies. The default one means that it was not computed yet.</summary>
    /// <param name="Start">Its first byte.</param>
    /// <param name="Length">How many.</param>
    internal readonly record struct Piece(int Start, int Length)
    {
        // So that an empty value that was computed differs from one that was not.
        private readonly bool _isThere = true;

        /// <summary>Whether it was computed.</summary>
        public bool IsThere => _isThere;
    }
}
