using System.Text;
using Holdfast.Http.Headers;

namespace Holdfast.Http.Messages;

/// <summary>What came of looking for a head in the bytes so far.</summary>
public enum HeadResult
{
    /// <summary>The head is not whole yet; nothing was consumed.</summary>
    Incomplete,

    /// <summary>The head was read.</summary>
    Complete,

    /// <summary>The bytes can't become a head that is accepted.</summary>
    Refused,
}

/// <summary>
/// Reads request heads (RFC 9112 sections 2, 3, 5 and 6), strictly: whatever two servers could read in two ways is refused.
/// Stateless; it allocates nothing. The verdict depends on the bytes alone, not on how they were cut: what is refused is refused for
/// the first reason in them.
/// </summary>
public static class RequestHeadParser
{
    /// <summary>Looks for a whole head at the start of the bytes and reads it.</summary>
    /// <param name="bytes">What has come so far, from the first byte of the head; one empty line before it is passed over.</param>
    /// <param name="head">Filled in when the result is <see cref="HeadResult.Complete"/>; as far as it was read when it is refused.</param>
    /// <param name="limits">What is accepted at the most.</param>
    /// <param name="consumed">How many bytes the head took.</param>
    /// <param name="fault">Why it was refused.</param>
    public static HeadResult TryParse(
        ReadOnlySpan<byte> bytes,
        RequestHead head,
        MessageLimits limits,
        out int consumed,
        out MessageFault fault
    )
    {
        consumed = 0;
        fault = MessageFault.None;

        // RFC 9112 section 2.2: a server should ignore an empty line before the request line. One, as old clients send it.
        var start = bytes.StartsWith("\r\n"u8) ? 2 : 0;
        var text = bytes[start..];
        var lineFeed = text[..Math.Min(text.Length, limits.StartLineBytes)].IndexOf((byte)'\n');
        if (lineFeed < 0)
        {
            fault = RequestLine.CheckBeginning(text);
            if (fault == MessageFault.None && text.Length < limits.StartLineBytes)
            {
                return HeadResult.Incomplete;
            }

            // Nothing of the request before may show in this one's log record.
            head.Clear();
            fault = fault == MessageFault.None ? MessageFault.TargetTooLong : fault;
            return HeadResult.Refused;
        }

        fault = RequestLine.Parse(text[..lineFeed], out var line);
        if (fault != MessageFault.None)
        {
            head.Clear();
            head.Version = line.Version;
            head.SetLine(line.Method, line.Target, default, line.Form);
            return HeadResult.Refused;
        }

        var section = text[(lineFeed + 1)..];
        var sectionLength = LengthOf(section, limits.FieldsBytes);
        if (sectionLength < 0)
        {
            fault = CheckUnfinished(section, limits.FieldsBytes);
            if (fault == MessageFault.None)
            {
                return HeadResult.Incomplete;
            }
        }

        head.Clear();
        head.Version = line.Version;
        head.SetLine(line.Method, line.Target, line.Authority, line.Form);
        if (fault != MessageFault.None)
        {
            return HeadResult.Refused;
        }

        consumed = start + lineFeed + 1 + sectionLength;
        head.ByteCount = consumed;
        fault = Read(section[..sectionLength], line, head, limits);
        return fault == MessageFault.None ? HeadResult.Complete : HeadResult.Refused;
    }

    // The length of a section that is whole, its empty line included; -1 when it isn't, or larger than its limit.
    private static int LengthOf(ReadOnlySpan<byte> section, int limit)
    {
        var within = section[..Math.Min(section.Length, limit)];
        if (within.StartsWith("\r\n"u8))
        {
            return 2;
        }

        var end = within.IndexOf("\r\n\r\n"u8);
        return end < 0 ? -1 : end + 4;
    }

    // A section that has no empty line yet: only its size, and line ends that will never be right, can be told.
    private static MessageFault CheckUnfinished(ReadOnlySpan<byte> section, int limit)
    {
        if (HasBareLineFeed(section[..Math.Min(section.Length, limit)]))
        {
            return MessageFault.BareLineFeed;
        }

        return section.Length < limit ? MessageFault.None : MessageFault.FieldsTooLarge;
    }

    private static bool HasBareLineFeed(ReadOnlySpan<byte> lines)
    {
        while (true)
        {
            var feed = lines.IndexOf((byte)'\n');
            if (feed < 0)
            {
                return false;
            }

            if (feed == 0 || lines[feed - 1] != '\r')
            {
                return true;
            }

            lines = lines[(feed + 1)..];
        }
    }

    private static MessageFault Read(ReadOnlySpan<byte> section, RequestLine line, RequestHead head, MessageLimits limits)
    {
        var fault = FieldSection.Read(section, head.Headers, limits, Strictness.Strict);
        if (fault != MessageFault.None)
        {
            // Cut elsewhere, the bare LF would have been seen before the section was whole.
            return HasBareLineFeed(section) ? MessageFault.BareLineFeed : fault;
        }

        fault = ReadHost(head, line);
        if (fault != MessageFault.None)
        {
            return fault;
        }

        fault = ReadFraming(head);
        return fault != MessageFault.None ? fault : ReadConnection(head);
    }

    private static MessageFault ReadHost(RequestHead head, RequestLine line)
    {
        switch (head.Headers.CountOf(KnownHeader.Host))
        {
            case 0:
                return head.Version == 10 ? MessageFault.None : MessageFault.NoHost;
            case > 1:
                return MessageFault.SeveralHosts;
        }

        head.Headers.TryGet(KnownHeader.Host, out var host);
        if (!Syntax.IsHost(host))
        {
            return MessageFault.BadHost;
        }

        if (!line.Authority.IsEmpty && !Ascii.EqualsIgnoreCase(line.Authority, host))
        {
            return MessageFault.HostDisagrees;
        }

        head.SetLine(line.Method, line.Target, host, line.Form);
        return MessageFault.None;
    }

    private static MessageFault ReadFraming(RequestHead head)
    {
        var lengths = head.Headers.CountOf(KnownHeader.ContentLength);
        var encodings = head.Headers.CountOf(KnownHeader.TransferEncoding);
        if (encodings > 0)
        {
            if (lengths > 0)
            {
                return MessageFault.LengthAndTransferEncoding;
            }

            if (encodings > 1 || head.Version == 10)
            {
                return MessageFault.BadTransferEncoding;
            }

            head.Headers.TryGet(KnownHeader.TransferEncoding, out var coding);
            if (!Ascii.EqualsIgnoreCase(coding, "chunked"u8))
            {
                return EndsWithIgnoreCase(coding, "chunked"u8) && !StartsWithIgnoreCase(coding, "chunked"u8)
                    ? MessageFault.UnsupportedTransferEncoding
                    : MessageFault.BadTransferEncoding;
            }

            head.Framing = Framing.Chunked;
            return MessageFault.None;
        }

        if (lengths == 0)
        {
            return MessageFault.None;
        }

        head.Headers.TryGet(KnownHeader.ContentLength, out var text);
        if (lengths > 1 || !ContentLengthText.TryParse(text, out var length))
        {
            return MessageFault.BadContentLength;
        }

        head.Framing = length == 0 ? Framing.None : Framing.Length;
        head.ContentLength = length;
        return MessageFault.None;
    }

    private static MessageFault ReadConnection(RequestHead head)
    {
        var keepAlive = head.Version == 11;
        var upgrade = false;
        for (var i = 0; i < head.Headers.Count; i++)
        {
            if (head.Headers.KnownAt(i) == KnownHeader.Connection)
            {
                var options = new TokenList(head.Headers.ValueAt(i));
                while (options.MoveNext())
                {
                    upgrade |= Ascii.EqualsIgnoreCase(options.Current, "upgrade"u8);
                    keepAlive = keepAlive || Ascii.EqualsIgnoreCase(options.Current, "keep-alive"u8);
                }
            }
        }

        head.KeepAlive = keepAlive && !TokenList.AnyIn(head.Headers, KnownHeader.Connection, "close"u8);
        head.WantsUpgrade = upgrade && head.Version == 11 && head.Headers.Contains(KnownHeader.Upgrade);
        if (head.Headers.TryGet(KnownHeader.Expect, out var expectation))
        {
            if (head.Headers.CountOf(KnownHeader.Expect) > 1 || !Ascii.EqualsIgnoreCase(expectation, "100-continue"u8))
            {
                return MessageFault.UnknownExpectation;
            }

            // RFC 9110 section 10.1.1: a server that gets it in an HTTP/1.0 request, or without a body, ignores it.
            head.ExpectsContinue = head.Version == 11 && head.Framing != Framing.None;
        }

        return MessageFault.None;
    }

    private static bool StartsWithIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start) =>
        text.Length >= start.Length && Ascii.EqualsIgnoreCase(text[..start.Length], start);

    private static bool EndsWithIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> end) =>
        text.Length >= end.Length && Ascii.EqualsIgnoreCase(text[^end.Length..], end);
}
