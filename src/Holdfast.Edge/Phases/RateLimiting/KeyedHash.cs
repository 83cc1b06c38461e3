using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Holdfast.Edge.Phases.RateLimiting;

/// <summary>
/// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012), fed piece by piece. Without the key nobody can say which inputs
/// share bits of a hash, so visitors who choose what is hashed can't make keys fall together.
/// </summary>
internal struct KeyedHash
{
    private ulong _v0;
    private ulong _v1;
    private ulong _v2;
    private ulong _v3;
    private ulong _tail;
    private int _tailLength;
    private byte _length;

    /// <summary>Begins a hash.</summary>
    /// <param name="key0">The key's first 8 bytes, little-endian.</param>
    /// <param name="key1">Its last 8 bytes.</param>
    public KeyedHash(ulong key0, ulong key1)
    {
        _v0 = key0 ^ 0x736f6d6570736575;
        _v1 = key1 ^ 0x646f72616e646f6d ^ 0xee;
        _v2 = key0 ^ 0x6c7967656e657261;
        _v3 = key1 ^ 0x7465646279746573;
    }

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _length += (byte)bytes.Length;
        if (_tailLength > 0)
        {
            while (_tailLength < 8 && !bytes.IsEmpty)
            {
                _tail |= (ulong)bytes[0] << (8 * _tailLength++);
                bytes = bytes[1..];
            }

            if (_tailLength < 8)
            {
                return;
            }

            Compress(_tail);
            _tail = 0;
            _tailLength = 0;
        }

        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            Compress(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var b in bytes)
        {
            _tail |= (ulong)b << (8 * _tailLength++);
        }
    }

    /// <summary>Adds a number.</summary>
    public void Append(long number) => Append(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in number)));

    /// <summary>The hash of all that was added. Nothing can be added after it.</summary>
    public UInt128 End()
    {
        Compress(_tail | ((ulong)_length << 56));
        _v2 ^= 0xee;
        Rounds(4);
        var low = _v0 ^ _v1 ^ _v2 ^ _v3;
        _v1 ^= 0xdd;
        Rounds(4);
        return new UInt128(_v0 ^ _v1 ^ _v2 ^ _v3, low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Compress(ulong word)
    {
        _v3 ^= word;
        Rounds(2);
        _v0 ^= word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Rounds(int count)
    {
        var (v0, v1, v2, v3) = (_v0, _v1, _v2, _v3);
        for (var i = 0; i < count; i++)
        {
            v0 += v1;
            v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
            v0 = BitOperations.RotateLeft(v0, 32);
            v2 += v3;
            v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
            v2 = BitOperations.RotateLeft(v2, 32);
        }

        (_v0, _v1, _v2, _v3) = (v0, v1, v2, v3);
    }
}
