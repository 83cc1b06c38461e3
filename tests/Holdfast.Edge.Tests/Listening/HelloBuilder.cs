using System.Buffers.Binary;
using System.Text;

namespace Holdfast.Edge.Tests.Listening;

/// <summary>Client hellos built by hand.</summary>
internal sealed class HelloBuilder
{
    public ushort LegacyVersion { get; init; } = 0x0303;

    public ushort[] Ciphers { get; init; } = [0x1301, 0xC02B];

    public List<(ushort Type, byte[] Data)> Extensions { get; init; } =
    [(0x002B, Versions(0x0304)), (0x000D, Pairs16(0x0403)), (0x0010, Alpn("h2"))];

    public bool WithoutExtensions { get; init; }

    public static byte[] ServerName(string name) => Prefixed16([0, .. Prefixed16(Encoding.ASCII.GetBytes(name))]);

    public static byte[] Alpn(params string[] protocols) => Alpn([.. protocols.Select(Encoding.ASCII.GetBytes)]);

    public static byte[] Alpn(params byte[][] protocols) => Prefixed16([.. protocols.SelectMany(p => (byte[])[(byte)p.Length, .. p])]);

    public static byte[] Pairs16(params ushort[] values) => Prefixed16(Pairs(values));

    public static byte[] Versions(params ushort[] values) => [(byte)(values.Length * 2), .. Pairs(values)];

    /// <summary>The message without type and length.</summary>
    public byte[] Body()
    {
        List<byte> body = [.. Pairs(LegacyVersion), .. new byte[32], 0, .. Prefixed16(Pairs(Ciphers)), 1, 0];
        if (!WithoutExtensions)
        {
            body.AddRange(Prefixed16([.. Extensions.SelectMany(e => (byte[])[.. Pairs(e.Type), .. Prefixed16(e.Data)])]));
        }

        return [.. body];
    }

    /// <summary>The message in records of at most so many bytes each.</summary>
    public byte[] Record(int most = 16384)
    {
        var body = Body();
        byte[] message = [1, (byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length, .. body];
        return [.. message.Chunk(most).SelectMany(part => (byte[])[22, 3, 1, .. Prefixed16(part)])];
    }

    private static byte[] Pairs(params ushort[] values)
    {
        var bytes = new byte[values.Length * 2];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2 * i), values[i]);
        }

        return bytes;
    }

    private static byte[] Prefixed16(byte[] bytes) => [(byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
}
