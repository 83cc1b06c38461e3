using Holdfast.Http.Headers;

namespace Holdfast.Http.Messages;

/// <summary>How strictly a field section is read.</summary>
internal enum Strictness
{
    /// <summary>From visitors, and for every trailer section: anything with two readings is refused.</summary>
    Strict,

    /// <summary>
    /// From origins: space before the colon is dropped, folded lines are joined, a line may end in LF alone (RFC 9112 sections 2.2, 5.1,
    /// 5.2 allow each for a response). What goes on to the visitor is written anew and has one reading.
    /// </summary>
    Origin,
}

/// <summary>Reads field lines (RFC 9112 section 5).</summary>
internal static class FieldSection
{
    /// <summary>Reads every line of a section that ends with its empty line.</summary>
    /// <param name="section">The lines, each with its line end; the empty line may be there or not.</param>
    /// <param name="headers">Where the fields go.</param>
    /// <param name="limits">The most fields that are taken.</param>
    /// <param name="strictness">See <see cref="Strictness"/>.</param>
    public static MessageFault Read(ReadOnlySpan<byte> section, HeaderBlock headers, MessageLimits limits, Strictness strictness)
    {
        var start = headers.Take(section);
        var bytes = headers.Taken(start, section.Length);
        if (strictness == Strictness.Origin)
        {
            JoinFoldedLines(bytes);
        }

        var position = 0;
        while (position < bytes.Length)
        {
            var rest = bytes[position..];
            var feed = rest.IndexOf((byte)'\n');
            if (feed < 0)
            {
                return MessageFault.BareLineFeed;
            }

            var length = feed;
            if (length > 0 && rest[length - 1] == '\r')
            {
                length--;
            }
            else if (strictness == Strictness.Strict)
            {
                return MessageFault.BareLineFeed;
            }

            if (length > 0)
            {
                if (headers.Count >= limits.FieldCount)
                {
                    return MessageFault.TooManyFields;
                }

                var fault = ReadLine(rest[..length], start + position, headers, strictness);
                if (fault != MessageFault.None)
                {
                    return fault;
                }
            }

            position += feed + 1;
        }

        return MessageFault.None;
    }

    private static MessageFault ReadLine(ReadOnlySpan<byte> line, int offset, HeaderBlock headers, Strictness strictness)
    {
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            return MessageFault.FoldedLine;
        }

        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            return MessageFault.BadFieldName;
        }

        var name = line[..colon];
        if (strictness == Strictness.Origin)
        {
            name = name.TrimEnd(" \t"u8);
        }

        if (!Syntax.IsToken(name))
        {
            return MessageFault.BadFieldName;
        }

        var valueStart = colon + 1;
        var valueEnd = line.Length;
        while (valueStart < valueEnd && line[valueStart] is (byte)' ' or (byte)'\t')
        {
            valueStart++;
        }

        while (valueEnd > valueStart && line[valueEnd - 1] is (byte)' ' or (byte)'\t')
        {
            valueEnd--;
        }

        var value = line[valueStart..valueEnd];
        if (!Syntax.IsFieldValue(value))
        {
            return value.Contains((byte)'\r') ? MessageFault.BareLineFeed : MessageFault.BadFieldValue;
        }

        headers.AddRange(offset, name.Length, offset + valueStart, value.Length);
        return MessageFault.None;
    }

    // RFC 9112 section 5.2: a proxy may replace each obs-fold in a response by spaces before it passes it on.
    private static void JoinFoldedLines(Span<byte> bytes)
    {
        for (var i = 1; i + 1 < bytes.Length; i++)
        {
            if (bytes[i] == '\n' && bytes[i + 1] is (byte)' ' or (byte)'\t' && !IsEmptyLineBefore(bytes, i))
            {
                bytes[i] = (byte)' ';
                if (bytes[i - 1] == '\r')
                {
                    bytes[i - 1] = (byte)' ';
                }
            }
        }
    }

    private static bool IsEmptyLineBefore(ReadOnlySpan<byte> bytes, int feed)
    {
        var last = bytes[feed - 1] == '\r' ? feed - 2 : feed - 1;
        return last < 0 || bytes[last] == '\n';
    }
}
