using System.Buffers;
using Holdfast.Edge.Rules.Events;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Rehearsing;

/// <summary>
/// Writes what is kept of a request without its secrets: credentials, the values of cookies, and the values of fields, arguments and
/// members whose names say that they are secrets (<see cref="SecretText"/>). What stands in a path is kept as it is.
/// </summary>
internal static class SampleMask
{
    // What a query or a list of cookies can grow by: each value of one character becomes three.
    private const int MostGrowth = 3;

    // What the codec said of the body's framing, and what only makes sense while a visitor is there.
    private static bool IsLeftOut(KnownHeader header, ReadOnlySpan<byte> name) =>
        header is KnownHeader.ContentLength or KnownHeader.TransferEncoding
        || name.StartsWith(":"u8)
        || Is(name, "expect"u8)
        || Is(name, "trailer"u8);

    /// <summary>Writes a request's head.</summary>
    /// <param name="head">The head as the visitor sent it.</param>
    /// <param name="into">Gets it as HTTP/1.1 has it, with the empty line at its end.</param>
    public static void WriteHead(RequestHead head, IBufferWriter<byte> into)
    {
        into.Write(head.MethodBytes);
        into.Write(" "u8);
        WriteUri(head.Target, into);
        into.Write(" HTTP/1.1\r\n"u8);
        var hasHost = false;
        for (var i = 0; i < head.Headers.Count; i++)
        {
            hasHost |= head.Headers.KnownAt(i) == KnownHeader.Host;
        }

        if (!hasHost)
        {
            WriteField("Host"u8, head.Host, into);
        }

        for (var i = 0; i < head.Headers.Count; i++)
        {
            var known = head.Headers.KnownAt(i);
            var name = head.Headers.NameAt(i);
            var value = head.Headers.ValueAt(i);
            if (IsLeftOut(known, name))
            {
                continue;
            }

            if (Is(name, "cookie"u8))
            {
                var room = ArrayPool<byte>.Shared.Rent((value.Length * MostGrowth) + MostGrowth);
                WriteField(name, SecretText.MaskCookies(value, room), into);
                ArrayPool<byte>.Shared.Return(room);
            }
            else if (SecretText.IsNameOfOne(name) || SecretText.IsOne(value))
            {
                // What kind of credential it is is no secret, and rules ask for it.
                var space = value.IndexOf((byte)' ');
                into.Write(name);
                into.Write(": "u8);
                into.Write(space > 0 && SecretText.IsOne(value) ? value[..(space + 1)] : default);
                into.Write(SecretText.Mask);
                into.Write("\r\n"u8);
            }
            else if (known == KnownHeader.Referer || value.Contains((byte)'?'))
            {
                into.Write(name);
                into.Write(": "u8);
                WriteUri(value, into);
                into.Write("\r\n"u8);
            }
            else
            {
                WriteField(name, value, into);
            }
        }

        into.Write("\r\n"u8);
    }

    /// <summary>Whether bodies of this type are kept: those in which secrets can be told by their names.</summary>
    /// <param name="type">The value of Content-Type; with a charset, UTF-8 alone.</param>
    /// <param name="encoding">The value of Content-Encoding: nobody here looks into what is compressed.</param>
    /// <param name="isJson">Whether it is JSON, rather than a form.</param>
    public static bool IsKept(ReadOnlySpan<byte> type, ReadOnlySpan<byte> encoding, out bool isJson)
    {
        var end = type.IndexOf((byte)';');
        var charset = end < 0 ? default : Syntax.Trim(type[(end + 1)..]);
        type = Syntax.Trim(end < 0 ? type : type[..end]);
        isJson = Is(type, "application/json"u8) || (type.Length > 5 && Is(type[^5..], "+json"u8));
        return (isJson || Is(type, "application/x-www-form-urlencoded"u8))
            && (encoding.IsEmpty || Is(encoding, "identity"u8))
            && (charset.IsEmpty || Is(charset, "charset=utf-8"u8) || Is(charset, "charset=\"utf-8\""u8));
    }

    /// <summary>The beginning of a body without its secrets.</summary>
    public static byte[] Body(ReadOnlySpan<byte> body, bool isJson)
    {
        if (isJson)
        {
            return JsonMask.Of(body);
        }

        var room = new byte[(body.Length * MostGrowth) + MostGrowth];
        return SecretText.MaskUri(body, isQuery: true, room).ToArray();
    }

    private static void WriteUri(ReadOnlySpan<byte> uri, IBufferWriter<byte> into)
    {
        var room = ArrayPool<byte>.Shared.Rent((uri.Length * MostGrowth) + MostGrowth);
        into.Write(SecretText.MaskUri(uri, isQuery: false, room));
        ArrayPool<byte>.Shared.Return(room);
    }

    private static void WriteField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, IBufferWriter<byte> into)
    {
        into.Write(name);
        into.Write(": "u8);
        into.Write(value);
        into.Write("\r\n"u8);
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower) => System.Text.Ascii.EqualsIgnoreCase(text, lower);
}
