using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Edge.Listening.Hello;

/// <summary>
/// The JA4 fingerprint of a TLS client, as FoxIO's technical description of JA4 (TLS client fingerprinting, BSD 3-clause) has it: what the
/// client offers in readable form, then hashes of its ciphers and of its extensions with the signature algorithms. GREASE is ignored.
/// </summary>
internal static class Ja4
{
    /// <summary>Every JA4 fingerprint's length in characters.</summary>
    public const int Length = 36;

    private const int HashLength = 12;

    /// <summary>Computes the fingerprint, such as <c>t13d1516h2_8daaf6152771_e5627efa2ab1</c>.</summary>
    public static string Compute(in ClientHello hello)
    {
        var room = (hello.CipherSuites.Length / 2) + (hello.Extensions.Length / 4) + (hello.SignatureAlgorithms.Length / 2);
        var rented = ArrayPool<ushort>.Shared.Rent(room);
        try
        {
            var ciphers = Values(hello.CipherSuites, rented);
            var (extensions, extensionCount) = HashedExtensions(hello.Extensions, rented.AsSpan(ciphers.Length));
            var algorithms = Values(hello.SignatureAlgorithms, rented.AsSpan(ciphers.Length + extensions.Length));
            ciphers.Sort();
            extensions.Sort();

            Span<byte> text = stackalloc byte[Length];
            text[0] = (byte)'t';
            Version(hello).CopyTo(text[1..]);
            text[3] = hello.HasServerName ? (byte)'d' : (byte)'i';
            TwoDigits(ciphers.Length, text[4..]);
            TwoDigits(extensionCount, text[6..]);
            FirstProtocol(hello.Alpn, text.Slice(8, 2));
            text[10] = (byte)'_';
            Hash(ciphers, default, text.Slice(11, HashLength));
            text[23] = (byte)'_';
            Hash(extensions, algorithms, text.Slice(24, HashLength));
            return Encoding.ASCII.GetString(text);
        }
        finally
        {
            ArrayPool<ushort>.Shared.Return(rented);
        }
    }

    private static Span<ushort> Values(ReadOnlySpan<byte> list, Span<ushort> into)
    {
        var count = 0;
        for (; list.Length >= 2; list = list[2..])
        {
            var value = BinaryPrimitives.ReadUInt16BigEndian(list);
            if (!ClientHello.IsGrease(value))
            {
                into[count++] = value;
            }
        }

        return into[..count];
    }

    // Server name and ALPN count, but are not hashed: the first part already tells of them.
    private static HashedAndCounted HashedExtensions(ReadOnlySpan<byte> rest, Span<ushort> into)
    {
        var (hashed, all) = (0, 0);
        while (ClientHello.TryNextExtension(ref rest, out var type, out _))
        {
            if (ClientHello.IsGrease(type))
            {
                continue;
            }

            all++;
            if (type is not (0x0000 or 0x0010))
            {
                into[hashed++] = type;
            }
        }

        return new HashedAndCounted(into[..hashed], all);
    }

    private static ReadOnlySpan<byte> Version(in ClientHello hello)
    {
        var highest = 0;
        for (var versions = hello.SupportedVersions; versions.Length >= 2; versions = versions[2..])
        {
            var version = BinaryPrimitives.ReadUInt16BigEndian(versions);
            highest = ClientHello.IsGrease(version) ? highest : Math.Max(highest, version);
        }

        return (highest == 0 ? hello.LegacyVersion : highest) switch
        {
            0x0304 => "13"u8,
            0x0303 => "12"u8,
            0x0302 => "11"u8,
            0x0301 => "10"u8,
            0x0300 => "s3"u8,
            0x0002 => "s2"u8,
            0xFEFF => "d1"u8,
            0xFEFD => "d2"u8,
            0xFEFC => "d3"u8,
            _ => "00"u8,
        };
    }

    private static void TwoDigits(int number, Span<byte> into)
    {
        var shown = Math.Min(number, 99);
        into[0] = (byte)('0' + (shown / 10));
        into[1] = (byte)('0' + (shown % 10));
    }

    // The first and the last character of the first protocol; when either is not alphanumeric, those of its hexadecimal form.
    private static void FirstProtocol(ReadOnlySpan<byte> list, Span<byte> into)
    {
        into.Fill((byte)'0');
        while (!list.IsEmpty)
        {
            var protocol = list.Slice(1, list[0]);
            list = list[(1 + protocol.Length)..];
            if (protocol.Length == 2 && ClientHello.IsGrease(BinaryPrimitives.ReadUInt16BigEndian(protocol)))
            {
                continue;
            }

            if (!protocol.IsEmpty)
            {
                var (first, last) = (protocol[0], protocol[^1]);
                var readable = char.IsAsciiLetterOrDigit((char)first) && char.IsAsciiLetterOrDigit((char)last);
                into[0] = readable ? first : HexDigit(first >> 4);
                into[1] = readable ? last : HexDigit(last & 0xF);
            }

            return;
        }
    }

    private static byte HexDigit(int value) => "0123456789abcdef"u8[value];

    private static void Hash(ReadOnlySpan<ushort> values, ReadOnlySpan<ushort> after, Span<byte> into)
    {
        if (values.IsEmpty)
        {
            into.Fill((byte)'0');
            return;
        }

        var rented = ArrayPool<byte>.Shared.Rent((values.Length + after.Length) * 5);
        var length = Join(values, rented);
        if (!after.IsEmpty)
        {
            rented[length++] = (byte)'_';
            length += Join(after, rented.AsSpan(length));
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(rented.AsSpan(0, length), digest);
        ArrayPool<byte>.Shared.Return(rented);
        Convert.TryToHexStringLower(digest[..(HashLength / 2)], into, out _);
    }

    private static int Join(ReadOnlySpan<ushort> values, Span<byte> into)
    {
        var length = 0;
        foreach (var value in values)
        {
            if (length > 0)
            {
                into[length++] = (byte)',';
            }

            Utf8Formatter.TryFormat(value, into[length..], out var written, new StandardFormat('x', 4));
            length += written;
        }

        return length;
    }

    private readonly ref struct HashedAndCounted(Span<ushort> hashed, int all)
    {
        private readonly Span<ushort> _hashed = hashed;
        private readonly int _all = all;

        public void Deconstruct(out Span<ushort> hashed, out int all)
        {
            hashed = _hashed;
            all = _all;
        }
    }
}
