using System.Text;
using Holdfast.Http.Headers;

namespace Holdfast.Http.Messages;

/// <summary>
/// Reads response heads from origins (RFC 9112 sections 4 to 6). Lenient where the standard lets a proxy mend a response, strict in
/// everything that says where the body ends. Stateless; it allocates nothing. The verdict does not depend on how the bytes were cut.
/// </summary>
public static class ResponseHeadParser
{
    /// <summary>Looks for a whole head at the start of the bytes and reads it.</summary>
    /// <param name="bytes">What has come so far.</param>
    /// <param name="method">The request's method: an answer to HEAD has no body.</param>
    /// <param name="head">Filled in when the result is <see cref="HeadResult.Complete"/>; otherwise as far as it was read.</param>
    /// <param name="limits">What is accepted at the most.</param>
    /// <param name="consumed">How many bytes the head took.</param>
    /// <param name="fault">Why it was refused.</param>
    public static HeadResult TryParse(
        ReadOnlySpan<byte> bytes,
        KnownMethod method,
        ResponseHead head,
        MessageLimits limits,
        out int consumed,
        out MessageFault fault
    )
    {
        consumed = 0;
        fault = MessageFault.None;
        head.Clear();
        if (!"HTTP/1."u8.StartsWith(bytes[..Math.Min(7, bytes.Length)]))
        {
            fault = MessageFault.BadStartLine;
            return HeadResult.Refused;
        }

        var lineEnd = bytes[..Math.Min(bytes.Length, limits.StartLineBytes)].IndexOf((byte)'\n');
        if (lineEnd < 0)
        {
            fault = bytes.Length < limits.StartLineBytes ? MessageFault.None : MessageFault.FieldsTooLarge;
            return fault == MessageFault.None ? HeadResult.Incomplete : HeadResult.Refused;
        }

        var line = bytes[..lineEnd];
        fault = ReadStatusLine(line is [.., (byte)'\r'] ? line[..^1] : line, head);
        if (fault != MessageFault.None)
        {
            return HeadResult.Refused;
        }

        var section = bytes[(lineEnd + 1)..];
        var sectionLength = EndOfSection(section[..Math.Min(section.Length, limits.FieldsBytes)]);
        if (sectionLength < 0)
        {
            fault = section.Length < limits.FieldsBytes ? MessageFault.None : MessageFault.FieldsTooLarge;
            return fault == MessageFault.None ? HeadResult.Incomplete : HeadResult.Refused;
        }

        consumed = lineEnd + 1 + sectionLength;
        fault = FieldSection.Read(section[..sectionLength], head.Headers, limits, Strictness.Origin);
        if (fault == MessageFault.None)
        {
            fault = ReadFraming(head, method);
        }

        return fault == MessageFault.None ? HeadResult.Complete : HeadResult.Refused;
    }

    // The section's length with its empty line, whose ends may be CR LF or LF; -1 when it is not whole.
    private static int EndOfSection(ReadOnlySpan<byte> section)
    {
        var position = 0;
        while (true)
        {
            var rest = section[position..];
            if (rest.StartsWith("\r\n"u8))
            {
                return position + 2;
            }

            if (rest.StartsWith("\n"u8))
            {
                return position + 1;
            }

            var feed = rest.IndexOf((byte)'\n');
            if (feed < 0)
            {
                return -1;
            }

            position += feed + 1;
        }
    }

    private static MessageFault ReadStatusLine(ReadOnlySpan<byte> line, ResponseHead head)
    {
        // HTTP/1.1 200 OK
        if (line.Length < 12 || !char.IsAsciiDigit((char)line[7]) || line[8] != ' ' || (line.Length > 12 && line[12] != ' '))
        {
            return MessageFault.BadStartLine;
        }

        head.Version = line[7] == '0' ? 10 : 11;
        var status = 0;
        foreach (var digit in line[9..12])
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return MessageFault.BadStatus;
            }

            status = (status * 10) + (digit - '0');
        }

        if (status < 100)
        {
            return MessageFault.BadStatus;
        }

        var reason = line.Length > 13 ? line[13..] : default;
        if (!Syntax.IsFieldValue(reason))
        {
            return MessageFault.BadStartLine;
        }

        head.Status = status;
        head.SetReason(reason);
        return MessageFault.None;
    }

    private static MessageFault ReadFraming(ResponseHead head, KnownMethod method)
    {
        var headers = head.Headers;
        var encodings = headers.CountOf(KnownHeader.TransferEncoding);
        var lengths = headers.CountOf(KnownHeader.ContentLength);
        long length = -1;
        if (lengths > 0 && !ContentLengthText.TryRead(headers, out length))
        {
            return MessageFault.BadContentLength;
        }

        head.ContentLength = length;
        head.KeepAlive =
            !TokenList.AnyIn(headers, KnownHeader.Connection, "close"u8)
            && (head.Version == 11 || TokenList.AnyIn(headers, KnownHeader.Connection, "keep-alive"u8));
        if (encodings > 0)
        {
            if (lengths > 0)
            {
                return MessageFault.LengthAndTransferEncoding;
            }

            headers.TryGet(KnownHeader.TransferEncoding, out var coding);
            if (encodings > 1 || head.Version == 10 || !Ascii.EqualsIgnoreCase(coding, "chunked"u8))
            {
                return MessageFault.BadTransferEncoding;
            }
        }

        // RFC 9112 section 6.3, in its order.
        if (head.Status is (>= 100 and < 200) or 204)
        {
            // RFC 9110 section 8.6 and RFC 9112 section 6.1: these carry no framing field. An origin that writes one may send the body
            // too, and what followed on this connection would be read as the answer to somebody else's request.
            head.Framing = Framing.None;
            head.KeepAlive &= encodings == 0 && length <= 0;
            head.ContentLength = -1;
        }
        else if (method == KnownMethod.Head || head.Status == 304)
        {
            head.Framing = Framing.None;
        }
        else if (encodings > 0)
        {
            head.Framing = Framing.Chunked;
        }
        else if (lengths > 0)
        {
            head.Framing = length == 0 ? Framing.None : Framing.Length;
        }
        else
        {
            head.Framing = Framing.UntilClose;
            head.KeepAlive = false;
        }

        return MessageFault.None;
    }
}
