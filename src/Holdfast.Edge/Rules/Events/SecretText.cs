using System.Text;

namespace Holdfast.Edge.Rules.Events;

/// <summary>
/// What events must not say of a request: credentials. Whether something is one is judged by the name that it goes by, and a name too
/// many costs less than one too few.
/// </summary>
internal static class SecretText
{
    /// <summary>What stands in the place of a secret.</summary>
    public static ReadOnlySpan<byte> Mask => "***"u8;

    // Anywhere in the name, whatever the case.
    private static readonly byte[][] Parts =
    [
        "assertion"u8.ToArray(),
        "auth"u8.ToArray(),
        "card"u8.ToArray(),
        "cookie"u8.ToArray(),
        "credential"u8.ToArray(),
        "csrf"u8.ToArray(),
        "cvc"u8.ToArray(),
        "cvv"u8.ToArray(),
        "dpop"u8.ToArray(),
        "hmac"u8.ToArray(),
        "jwt"u8.ToArray(),
        "key"u8.ToArray(),
        "pass"u8.ToArray(),
        "pwd"u8.ToArray(),
        "saml"u8.ToArray(),
        "secret"u8.ToArray(),
        "session"u8.ToArray(),
        "signature"u8.ToArray(),
        "token"u8.ToArray(),
        "verify"u8.ToArray(),
        "xsrf"u8.ToArray(),
    ];

    // The whole name.
    private static readonly byte[][] Names =
    [
        "code"u8.ToArray(),
        "mac"u8.ToArray(),
        "otp"u8.ToArray(),
        "pin"u8.ToArray(),
        "sid"u8.ToArray(),
        "sig"u8.ToArray(),
        "ticket"u8.ToArray(),
    ];

    /// <summary>Whether what goes by this name is taken for a secret. An escaped name always is: nobody needs to write one.</summary>
    public static bool IsNameOfOne(ReadOnlySpan<byte> name)
    {
        foreach (var whole in Names)
        {
            if (Ascii.EqualsIgnoreCase(name, whole))
            {
                return true;
            }
        }

        foreach (var part in Parts)
        {
            if (Contains(name, part))
            {
                return true;
            }
        }

        return name.Contains((byte)'%');
    }

    /// <summary>Whether a header's value is a credential by its own looks: <c>Bearer …</c>.</summary>
    public static bool IsOne(ReadOnlySpan<byte> value) =>
        (value.Length >= 7 && Ascii.EqualsIgnoreCase(value[..7], "bearer "u8))
        || (value.Length >= 6 && Ascii.EqualsIgnoreCase(value[..6], "basic "u8));

    /// <summary>Copies a URI, its values cut out that are secrets by the names of their arguments.</summary>
    /// <param name="uri">A URI, or the part from its query on.</param>
    /// <param name="isQuery">Whether it is a query alone.</param>
    /// <param name="into">Where to; what does not fit is left out.</param>
    /// <returns>What was written.</returns>
    public static ReadOnlySpan<byte> MaskUri(ReadOnlySpan<byte> uri, bool isQuery, Span<byte> into)
    {
        var written = 0;
        var question = uri.IndexOf((byte)'?');
        if (!isQuery || question == 0)
        {
            var before = question < 0 ? uri : uri[..(question + 1)];
            if (!Put(before, into, ref written) || question < 0)
            {
                return into[..written];
            }

            uri = uri[(question + 1)..];
        }

        return MaskPairs(uri, (byte)'&', into, written, maskAll: false);
    }

    /// <summary>Copies cookies, their names alone.</summary>
    /// <param name="cookies">The field's value.</param>
    /// <param name="into">Where to; what does not fit is left out.</param>
    /// <returns>What was written.</returns>
    public static ReadOnlySpan<byte> MaskCookies(ReadOnlySpan<byte> cookies, Span<byte> into) =>
        MaskPairs(cookies, (byte)';', into, 0, maskAll: true);

    private static ReadOnlySpan<byte> MaskPairs(ReadOnlySpan<byte> pairs, byte separator, Span<byte> into, int written, bool maskAll)
    {
        while (true)
        {
            var end = pairs.IndexOf(separator);
            var pair = end < 0 ? pairs : pairs[..end];
            var equals = pair.IndexOf((byte)'=');
            var name = equals < 0 ? pair : pair[..equals];
            var isWhole =
                equals >= 0 && (maskAll || IsNameOfOne(name)) ? Put(pair[..(equals + 1)], into, ref written) && Put(Mask, into, ref written)
                : equals < 0 && maskAll ? Put(pair.IsEmpty ? default : Mask, into, ref written)
                : Put(pair, into, ref written);
            if (end < 0 || !isWhole || !Put([separator], into, ref written))
            {
                return into[..written];
            }

            pairs = pairs[(end + 1)..];
        }
    }

    // False when it did not fit whole: then the beginning of it stands there.
    private static bool Put(scoped ReadOnlySpan<byte> bytes, Span<byte> into, ref int written)
    {
        var room = into.Length - written;
        var fits = bytes.Length <= room;
        (fits ? bytes : bytes[..room]).CopyTo(into[written..]);
        written += fits ? bytes.Length : room;
        return fits;
    }

    private static bool Contains(ReadOnlySpan<byte> name, ReadOnlySpan<byte> part)
    {
        for (var at = 0; at + part.Length <= name.Length; at++)
        {
            if (Ascii.EqualsIgnoreCase(name.Slice(at, part.Length), part))
            {
                return true;
            }
        }

        return false;
    }
}
