using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;

namespace Holdfast.Edge.Rehearsing;

/// <summary>A request as it is kept: what rules can read of it, its secrets masked.</summary>
internal sealed record RequestSample
{
    /// <summary>Most bytes of one that is encoded.</summary>
    public const int MostBytes = 256 * 1024;

    private const byte Version = 1;

    /// <summary>The id of the zone that it was for.</summary>
    public required string Zone { get; init; }

    /// <summary>Its ray id.</summary>
    public required string Ray { get; init; }

    /// <summary>When it came, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The visitor.</summary>
    public required IPAddress Client { get; init; }

    /// <summary>The visitor's country, two letters; XX when unknown.</summary>
    public required string Country { get; init; }

    /// <summary>Whether it came by HTTPS.</summary>
    public required bool IsHttps { get; init; }

    /// <summary>Whether it came to one of the edge's IPv6 addresses.</summary>
    public required bool IsToIpv6 { get; init; }

    /// <summary>The HTTP version: 10, 11, 20, 30.</summary>
    public required int HttpVersion { get; init; }

    /// <summary>The TLS version, the cipher suite, the application protocol and JA4; empty when there are none.</summary>
    public required (string Protocol, string Cipher, string Alpn, string Ja4) Tls { get; init; }

    /// <summary>Its head as HTTP/1.1 has it, without what frames its body.</summary>
    public required ReadOnlyMemory<byte> Head { get; init; }

    /// <summary>The beginning of its body; empty when it has none, or none that is kept.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The zone's id of one that is encoded, without reading the rest; empty for what is none.</summary>
    public static ReadOnlySpan<byte> ZoneOf(ReadOnlySpan<byte> encoded) =>
        encoded.Length > 2 && encoded[0] == Version && encoded[1] < 128 && encoded.Length >= 2 + encoded[1]
            ? encoded.Slice(2, encoded[1])
            : default;

    /// <summary>As bytes.</summary>
    public byte[] Encode()
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Version);
            writer.Write(Zone);
            writer.Write(Ray);
            writer.Write(At.UtcTicks);
            var address = Client.GetAddressBytes();
            writer.Write((byte)address.Length);
            writer.Write(address);
            writer.Write(Country);
            writer.Write(IsHttps);
            writer.Write(IsToIpv6);
            writer.Write((byte)HttpVersion);
            writer.Write(Tls.Protocol);
            writer.Write(Tls.Cipher);
            writer.Write(Tls.Alpn);
            writer.Write(Tls.Ja4);
            writer.Write(Head.Length);
            writer.Write(Head.Span);
            writer.Write(Body.Length);
            writer.Write(Body.Span);
        }

        return stream.ToArray();
    }

    /// <summary>Reads one. Never throws for what the bytes are.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> encoded, [NotNullWhen(true)] out RequestSample? sample)
    {
        sample = null;
        try
        {
            using var reader = new BinaryReader(new MemoryStream(encoded.ToArray()), Encoding.UTF8);
            if (encoded.Length > MostBytes || reader.ReadByte() != Version)
            {
                return false;
            }

            sample = new RequestSample
            {
                Zone = reader.ReadString(),
                Ray = reader.ReadString(),
                At = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero),
                Client = new IPAddress(Bytes(reader, reader.ReadByte())),
                Country = reader.ReadString(),
                IsHttps = reader.ReadBoolean(),
                IsToIpv6 = reader.ReadBoolean(),
                HttpVersion = reader.ReadByte(),
                Tls = (reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString()),
                Head = Bytes(reader, reader.ReadInt32()),
                Body = Bytes(reader, reader.ReadInt32()),
            };
            return true;
        }
        catch (Exception e) when (e is IOException or ArgumentException or FormatException)
        {
            // Another build's, or damaged: one request less.
            return false;
        }
    }

    private static byte[] Bytes(BinaryReader reader, int count) =>
        count is >= 0 and <= MostBytes && reader.ReadBytes(count) is var bytes && bytes.Length == count
            ? bytes
            : throw new EndOfStreamException();
}
