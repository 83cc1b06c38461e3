using System.Buffers.Binary;

namespace Holdfast.Edge.Listening.Hello;

/// <summary>
/// A TLS client hello message, laid open in place (RFC 8446 section 4.1.2, the same bytes as RFC 5246 section 7.4.1.2). Lists are the wire's
/// bytes without their length, two bytes an entry where nothing else is said; a list that the client did not send is empty.
/// </summary>
internal readonly ref struct ClientHello
{
    private ClientHello(ushort legacyVersion, ReadOnlySpan<byte> cipherSuites, ReadOnlySpan<byte> extensions)
    {
        LegacyVersion = legacyVersion;
        CipherSuites = cipherSuites;
        Extensions = extensions;
    }

    /// <summary>The hello's own version, at most 0x0303 in practice; <see cref="SupportedVersions"/> wins where it is sent.</summary>
    public ushort LegacyVersion { get; }

    /// <summary>The cipher suites, GREASE among them.</summary>
    public ReadOnlySpan<byte> CipherSuites { get; }

    /// <summary>All extensions: each one's type and length in two bytes each, then its data.</summary>
    public ReadOnlySpan<byte> Extensions { get; }

    /// <summary>Whether the server name extension is there, whatever it names.</summary>
    public bool HasServerName { get; private init; }

    /// <summary>The first host name of the server name extension (RFC 6066 section 3).</summary>
    public ReadOnlySpan<byte> ServerName { get; private init; }

    /// <summary>The application protocols, each after one byte of length (RFC 7301 section 3.1).</summary>
    public ReadOnlySpan<byte> Alpn { get; private init; }

    /// <summary>The supported versions (RFC 8446 section 4.2.1).</summary>
    public ReadOnlySpan<byte> SupportedVersions { get; private init; }

    /// <summary>The signature algorithms for handshakes (RFC 8446 section 4.2.3).</summary>
    public ReadOnlySpan<byte> SignatureAlgorithms { get; private init; }

    /// <summary>Reads a client hello.</summary>
    /// <param name="body">The handshake message without its type and length.</param>
    /// <param name="hello">The hello.</param>
    /// <returns>False when a length disagrees with the bytes that are there.</returns>
    public static bool TryParse(ReadOnlySpan<byte> body, out ClientHello hello)
    {
        hello = default;
        const int VersionAndRandom = 2 + 32;
        if (body.Length < VersionAndRandom)
        {
            return false;
        }

        var version = BinaryPrimitives.ReadUInt16BigEndian(body);
        var rest = body[VersionAndRandom..];
        if (
            !TryTake8(ref rest, out var session)
            || session.Length > 32
            || !TryTake16(ref rest, out var ciphers)
            || ciphers.Length % 2 != 0
            || !TryTake8(ref rest, out _)
        )
        {
            return false;
        }

        // Before TLS 1.3 a hello could do without extensions altogether.
        ReadOnlySpan<byte> extensions = default;
        if (!rest.IsEmpty && (!TryTake16(ref rest, out extensions) || !rest.IsEmpty))
        {
            return false;
        }

        return TryReadExtensions(new ClientHello(version, ciphers, extensions), out hello);
    }

    /// <summary>Whether a value is one of those reserved to keep implementations tolerant (RFC 8701): 0x0A0A, 0x1A1A to 0xFAFA.</summary>
    public static bool IsGrease(ushort value) => (value & 0x0F0F) == 0x0A0A && value >> 8 == (value & 0xFF);

    /// <summary>Takes the next extension.</summary>
    /// <returns>False at the end, or when its length does not fit.</returns>
    public static bool TryNextExtension(scoped ref ReadOnlySpan<byte> rest, out ushort type, out ReadOnlySpan<byte> data)
    {
        type = 0;
        data = default;
        if (rest.Length < 4)
        {
            return false;
        }

        type = BinaryPrimitives.ReadUInt16BigEndian(rest);
        rest = rest[2..];
        return TryTake16(ref rest, out data);
    }

    private static bool TryReadExtensions(ClientHello found, out ClientHello hello)
    {
        hello = default;
        var rest = found.Extensions;
        while (!rest.IsEmpty)
        {
            if (!TryNextExtension(ref rest, out var type, out var data))
            {
                return false;
            }

            switch (type)
            {
                case 0x0000:
                    if (!TryServerName(data, out var name))
                    {
                        return false;
                    }

                    found = found with { HasServerName = true, ServerName = name };
                    break;
                case 0x000D:
                    if (!TryTake16(ref data, out var algorithms) || !data.IsEmpty || algorithms.Length % 2 != 0)
                    {
                        return false;
                    }

                    found = found with { SignatureAlgorithms = algorithms };
                    break;
                case 0x0010:
                    if (!TryTake16(ref data, out var protocols) || !data.IsEmpty || !AreProtocols(protocols))
                    {
                        return false;
                    }

                    found = found with { Alpn = protocols };
                    break;
                case 0x002B:
                    if (!TryTake8(ref data, out var versions) || !data.IsEmpty || versions.Length % 2 != 0)
                    {
                        return false;
                    }

                    found = found with { SupportedVersions = versions };
                    break;
            }
        }

        hello = found;
        return true;
    }

    private static bool TryServerName(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> name)
    {
        name = default;
        if (!TryTake16(ref data, out var list) || !data.IsEmpty)
        {
            return false;
        }

        while (!list.IsEmpty)
        {
            var type = list[0];
            list = list[1..];
            if (!TryTake16(ref list, out var entry))
            {
                return false;
            }

            if (type == 0 && name.IsEmpty)
            {
                name = entry;
            }
        }

        return true;
    }

    private static bool AreProtocols(ReadOnlySpan<byte> list)
    {
        while (!list.IsEmpty)
        {
            if (!TryTake8(ref list, out _))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryTake8(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        if (rest.IsEmpty || rest.Length - 1 < rest[0])
        {
            return false;
        }

        taken = rest.Slice(1, rest[0]);
        rest = rest[(1 + taken.Length)..];
        return true;
    }

    private static bool TryTake16(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        if (rest.Length < 2 || rest.Length - 2 < BinaryPrimitives.ReadUInt16BigEndian(rest))
        {
            return false;
        }

        taken = rest.Slice(2, BinaryPrimitives.ReadUInt16BigEndian(rest));
        rest = rest[(2 + taken.Length)..];
        return true;
    }
}
