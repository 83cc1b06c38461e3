using System.Buffers.Binary;
using System.Text;
using Holdfast.Edge.Listening.Certificates;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Listening.Hello;

/// <summary>What the rest of the connection's life needs of a client hello.</summary>
/// <param name="Sni">The host name in lower case without a trailing dot; null when there was none or it is not a host name.</param>
/// <param name="Ja4">The fingerprint.</param>
/// <param name="Keys">The kinds of certificate that the client can check.</param>
internal sealed record HelloSummary(string? Sni, string Ja4, KeyTypes Keys)
{
    /// <summary>Sums up a hello.</summary>
    public static HelloSummary Of(in ClientHello hello) => new(HostName(hello.ServerName), Hello.Ja4.Compute(hello), AcceptedKeys(hello));

    /// <summary>A server name as <see cref="Sni"/> has it.</summary>
    public static string? HostName(ReadOnlySpan<byte> name)
    {
        name = name.EndsWith("."u8) ? name[..^1] : name;
        if (name.Length is 0 or > ZoneName.MaxLength)
        {
            return null;
        }

        Span<char> text = stackalloc char[name.Length];
        return Ascii.ToLower(name, text, out _) == System.Buffers.OperationStatus.Done && ZoneName.IsHostName(text)
            ? new string(text)
            : null;
    }

    private static KeyTypes AcceptedKeys(in ClientHello hello)
    {
        var signatures = KeyTypes.None;
        for (var list = hello.SignatureAlgorithms; list.Length >= 2; list = list[2..])
        {
            signatures |= BinaryPrimitives.ReadUInt16BigEndian(list) switch
            {
                0x0403 => KeyTypes.EcdsaP256,
                0x0503 => KeyTypes.EcdsaP384,
                0x0603 => KeyTypes.EcdsaP521,
                0x0401 or 0x0501 or 0x0601 or 0x0804 or 0x0805 or 0x0806 => KeyTypes.Rsa,
                _ => KeyTypes.None,
            };
        }

        var ciphers = KeyTypes.None;
        for (var list = hello.CipherSuites; list.Length >= 2; list = list[2..])
        {
            ciphers |= KeysOfCipher(BinaryPrimitives.ReadUInt16BigEndian(list));
        }

        // A client of before signature algorithms (RFC 5246 section 7.4.1.4.1) is held to its ciphers alone, without ECDSA.
        return hello.SignatureAlgorithms.IsEmpty ? KeyTypes.Rsa : signatures & ciphers;
    }

    // Up to TLS 1.2 the cipher suite names the key's type; one of TLS 1.3 goes with any.
    private static KeyTypes KeysOfCipher(ushort cipher) =>
        cipher switch
        {
            >= 0x1301 and <= 0x1305 => KeyTypes.All,
            0xC02B or 0xC02C or 0xCCA9 or 0xC009 or 0xC00A or 0xC023 or 0xC024 or 0xC0AC or 0xC0AD => KeyTypes.Ecdsa,
            _ when ClientHello.IsGrease(cipher) => KeyTypes.None,
            _ => KeyTypes.Rsa,
        };
}
