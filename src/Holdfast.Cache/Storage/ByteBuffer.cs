namespace Holdfast.Cache.Storage;

/// <summary>Bytes that are gathered and used again for the next request.</summary>
internal sealed class ByteBuffer
{
    private const int Kept = 64 * 1024;

    private byte[] _bytes = new byte[512];

    /// <summary>How many bytes were gathered.</summary>
    public int Length { get; private set; }

    /// <summary>They.</summary>
    public Span<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Forgets them.</summary>
    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > Kept)
        {
            _bytes = new byte[512];
        }
    }

    /// <summary>Shortens to this many bytes.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Appends bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
    }

    /// <summary>Appends one byte.</summary>
    public void Add(byte one) => Reserve(1)[0] = one;

    /// <summary>Appends bytes, letters in lower case.</summary>
    public void AddLower(ReadOnlySpan<byte> bytes)
    {
        var into = Reserve(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            into[i] = Fields.Octets.Lower(bytes[i]);
        }
    }

    /// <summary>Appends room for this many bytes, to be written by the caller.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        }

        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }
}
