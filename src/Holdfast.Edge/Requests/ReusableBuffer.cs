using System.Buffers;

namespace Holdfast.Edge.Requests;

/// <summary>A growing buffer to write a message into, emptied and used again.</summary>
internal sealed class ReusableBuffer : IBufferWriter<byte>
{
    private const int UsualSize = 4096;

    // What a pooled request may keep for its next use; more is given back.
    private const int KeptSize = 128 * 1024;

    private byte[] _bytes = new byte[UsualSize];

    /// <summary>How many bytes were written.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes that the buffer keeps for its next use.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>What was written. Valid until the next write.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Forgets what was written.</summary>
    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > KeptSize)
        {
            _bytes = new byte[UsualSize];
        }
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_bytes.Length - Length));
        Length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(Length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(Length);
    }

    private void Reserve(int sizeHint)
    {
        if (_bytes.Length - Length < Math.Max(1, sizeHint))
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + sizeHint));
        }
    }
}
