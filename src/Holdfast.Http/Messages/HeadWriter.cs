using System.Buffers;
using System.Buffers.Text;
using Holdfast.Http.Headers;

namespace Holdfast.Http.Messages;

/// <summary>
/// Writes message heads (RFC 9112). What was read leniently goes out here in the one form that everybody reads alike: the framing
/// fields are never copied but written from what the codec understood, at the place and in the casing in which they came.
/// </summary>
public static class HeadWriter
{
    /// <summary>Writes a request's head.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="method">The method.</param>
    /// <param name="target">Path and query.</param>
    /// <param name="host">The Host; always written, first (RFC 9110 section 7.2) unless the fields have a place for it.</param>
    /// <param name="headers">All fields. The values of Host and of the framing fields among them are not used.</param>
    /// <param name="framing">How the body will be framed.</param>
    /// <param name="length">The body's bytes with <see cref="Framing.Length"/>.</param>
    public static void WriteRequest(
        IBufferWriter<byte> output,
        ReadOnlySpan<byte> method,
        ReadOnlySpan<byte> target,
        ReadOnlySpan<byte> host,
        HeaderBlock headers,
        Framing framing,
        long length
    )
    {
        var span = output.GetSpan(method.Length + target.Length + host.Length + SizeOf(headers) + 96);
        var position = 0;
        Put(span, ref position, method);
        Put(span, ref position, " "u8);
        Put(span, ref position, target);
        Put(span, ref position, " HTTP/1.1\r\n"u8);
        if (!headers.Contains(KnownHeader.Host))
        {
            PutField(span, ref position, "Host"u8, host);
        }

        // A stated length of 0 stays: some servers answer 411 to a POST without one.
        var stated = framing switch
        {
            Framing.Length => length,
            Framing.None when headers.Contains(KnownHeader.ContentLength) => 0,
            _ => -1,
        };
        PutFields(span, ref position, headers, host, framing == Framing.Chunked, stated);
        Put(span, ref position, "\r\n"u8);
        output.Advance(position);
    }

    /// <summary>Writes a response's head.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="response">Status, reason and fields. The values of the framing fields among them are not used.</param>
    /// <param name="framing">How the body will be framed; <see cref="Framing.None"/> writes no framing field.</param>
    /// <param name="length">The Content-Length to state, also without a body (HEAD, 304), or -1 for none.</param>
    /// <param name="connection">A <c>Connection</c> field's value, or empty for none.</param>
    public static void WriteResponse(
        IBufferWriter<byte> output,
        ResponseHead response,
        Framing framing,
        long length,
        ReadOnlySpan<byte> connection
    )
    {
        var reason = response.Reason.IsEmpty ? ReasonPhrases.Of(response.Status) : response.Reason;
        var span = output.GetSpan(reason.Length + connection.Length + SizeOf(response.Headers) + 128);
        var position = 0;
        Put(span, ref position, "HTTP/1.1 "u8);
        Utf8Formatter.TryFormat(response.Status, span[position..], out var written);
        position += written;
        Put(span, ref position, " "u8);
        Put(span, ref position, reason);
        Put(span, ref position, "\r\n"u8);
        PutFields(span, ref position, response.Headers, default, framing == Framing.Chunked, framing == Framing.Chunked ? -1 : length);
        if (!connection.IsEmpty)
        {
            PutField(span, ref position, "Connection"u8, connection);
        }

        Put(span, ref position, "\r\n"u8);
        output.Advance(position);
    }

    /// <summary>Writes one chunk with its framing.</summary>
    public static void WriteChunk(IBufferWriter<byte> output, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return;
        }

        var span = output.GetSpan(data.Length + 20);
        Utf8Formatter.TryFormat(data.Length, span, out var position, new StandardFormat('x'));
        Put(span, ref position, "\r\n"u8);
        Put(span, ref position, data);
        Put(span, ref position, "\r\n"u8);
        output.Advance(position);
    }

    /// <summary>Writes the last chunk and the trailer section.</summary>
    public static void WriteLastChunk(IBufferWriter<byte> output, HeaderBlock? trailers)
    {
        var span = output.GetSpan(5 + (trailers is null ? 0 : SizeOf(trailers)));
        var position = 0;
        Put(span, ref position, "0\r\n"u8);
        if (trailers is not null)
        {
            PutFields(span, ref position, trailers, default, false, -1);
        }

        Put(span, ref position, "\r\n"u8);
        output.Advance(position);
    }

    private static int SizeOf(HeaderBlock headers)
    {
        var size = 0;
        for (var i = 0; i < headers.Count; i++)
        {
            size += headers.NameAt(i).Length + headers.ValueAt(i).Length + 4;
        }

        return size;
    }

    // The fields in their order; Host with its new value, and one framing field where the first of the message's own stood, or last.
    private static void PutFields(
        Span<byte> span,
        ref int position,
        HeaderBlock headers,
        ReadOnlySpan<byte> host,
        bool chunked,
        long length
    )
    {
        var framed = !chunked && length < 0;
        for (var i = 0; i < headers.Count; i++)
        {
            var known = headers.KnownAt(i);
            if (known is KnownHeader.ContentLength or KnownHeader.TransferEncoding)
            {
                if (!framed)
                {
                    var isSame = known == (chunked ? KnownHeader.TransferEncoding : KnownHeader.ContentLength);
                    PutFraming(span, ref position, isSame ? headers.NameAt(i) : default, chunked, length);
                    framed = true;
                }
            }
            else if (known != KnownHeader.Host || host.IsEmpty)
            {
                PutField(span, ref position, headers.NameAt(i), headers.ValueAt(i));
            }
            else if (headers.IndexOf(KnownHeader.Host) == i)
            {
                PutField(span, ref position, headers.NameAt(i), host);
            }
        }

        if (!framed)
        {
            PutFraming(span, ref position, default, chunked, length);
        }
    }

    private static void PutFraming(Span<byte> span, ref int position, ReadOnlySpan<byte> name, bool chunked, long length)
    {
        if (chunked)
        {
            PutField(span, ref position, name.IsEmpty ? "Transfer-Encoding"u8 : name, "chunked"u8);
            return;
        }

        Put(span, ref position, name.IsEmpty ? "Content-Length"u8 : name);
        Put(span, ref position, ": "u8);
        Utf8Formatter.TryFormat(length, span[position..], out var written);
        position += written;
        Put(span, ref position, "\r\n"u8);
    }

    private static void PutField(Span<byte> span, ref int position, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Put(span, ref position, name);
        Put(span, ref position, ": "u8);
        Put(span, ref position, value);
        Put(span, ref position, "\r\n"u8);
    }

    private static void Put(Span<byte> span, ref int position, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(span[position..]);
        position += bytes.Length;
    }
}
