using System.Buffers.Binary;
using CsCheck;
using Holdfast.Edge.Phases.RateLimiting;

namespace Holdfast.Edge.Tests.RateLimiting;

public class KeyedHashTests
{
    // From the reference implementation's table: the key is 00 01 .. 0f, the input the first so many of 00 01 02 ...
    [Theory]
    [InlineData(0, "a3817f04ba25a8e66df67214c7550293")]
    [InlineData(1, "da87c1d86b99af44347659119b22fc45")]
    public void End_ReferenceInputs_GivesReferenceHashes(int length, string expected)
    {
        byte[] bytes = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        var hash = Begin(bytes);
        hash.Append(bytes.AsSpan(0, length));
        Assert.Equal(expected, Text(hash.End()));
    }

    [Fact]
    public void Append_InPieces_IsTheSameAsAtOnce() =>
        Gen.Select(Gen.Byte.Array[0, 70], Gen.Int[0, 70], Gen.Int[0, 70])
            .Sample(
                (bytes, first, second) =>
                {
                    var key = new byte[16];
                    var whole = Begin(key);
                    whole.Append(bytes);
                    var (a, b) = (Math.Min(first, bytes.Length), Math.Min(Math.Max(first, second), bytes.Length));
                    var pieces = Begin(key);
                    pieces.Append(bytes.AsSpan(0, a));
                    pieces.Append(bytes.AsSpan(a, b - a));
                    pieces.Append(bytes.AsSpan(b));
                    return whole.End() == pieces.End();
                }
            );

    [Fact]
    public void End_AnotherKey_IsAnotherHash()
    {
        var one = Begin(new byte[16]);
        var other = Begin([1, .. new byte[15]]);
        Assert.NotEqual(one.End(), other.End());
    }

    private static KeyedHash Begin(byte[] key) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(key), BinaryPrimitives.ReadUInt64LittleEndian(key.AsSpan(8)));

    private static string Text(UInt128 hash)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, hash);
        return Convert.ToHexStringLower(bytes);
    }
}
