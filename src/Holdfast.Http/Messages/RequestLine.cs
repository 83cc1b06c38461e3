using System.Text;

namespace Holdfast.Http.Messages;

/// <summary>A request line taken apart (RFC 9112 section 3). Its spans lie in the bytes that it was read from.</summary>
internal ref struct RequestLine
{
    private const int LongestMethod = 32;

    /// <summary>The method; empty when the line was refused before it was known to be one.</summary>
    public ReadOnlySpan<byte> Method;

    /// <summary>What goes on: path and query, or <c>*</c>. Of a target that was refused, all of it.</summary>
    public ReadOnlySpan<byte> Target;

    /// <summary>Host and port of an absolute-form target; empty for the other forms.</summary>
    public ReadOnlySpan<byte> Authority;

    /// <summary>The target's form.</summary>
    public TargetForm Form;

    /// <summary>10 or 11.</summary>
    public int Version;

    /// <summary>Reads a line that is whole.</summary>
    /// <param name="text">The line up to its LF.</param>
    /// <param name="line">Its parts; as far as they were read when it is refused.</param>
    public static MessageFault Parse(ReadOnlySpan<byte> text, out RequestLine line)
    {
        line = new RequestLine { Version = 11 };

        // First what is told of an unfinished line too, so that the verdict is the same however the bytes were cut.
        var fault = CheckBeginning(text);
        if (fault != MessageFault.None)
        {
            return fault;
        }

        if (text.IsEmpty || text[^1] != '\r')
        {
            return MessageFault.BareLineFeed;
        }

        text = text[..^1];
        var methodEnd = text.IndexOf((byte)' ');
        if (methodEnd < 0)
        {
            return MessageFault.BadStartLine;
        }

        line.Method = text[..methodEnd];
        var rest = text[(methodEnd + 1)..];
        var targetEnd = rest.IndexOf((byte)' ');
        if (targetEnd < 0)
        {
            // HTTP/0.9, "GET /path": no version.
            return MessageFault.BadStartLine;
        }

        var target = rest[..targetEnd];
        if (!Syntax.IsTarget(target))
        {
            return MessageFault.BadTarget;
        }

        line.Target = target;
        fault = line.ReadVersion(rest[(targetEnd + 1)..]);
        return fault != MessageFault.None ? fault : line.ReadTarget(target);
    }

    /// <summary>
    /// Refuses at once what can't become a request line: a TLS hello on the wrong port, a flood without a space. The text may be
    /// unfinished or end in its CR.
    /// </summary>
    public static MessageFault CheckBeginning(ReadOnlySpan<byte> text)
    {
        var methodEnd = text.IndexOf((byte)' ');
        var method =
            methodEnd >= 0 ? text[..methodEnd]
            : text is [.., (byte)'\r'] ? text[..^1]
            : text;
        if (method.IsEmpty)
        {
            return methodEnd == 0 ? MessageFault.BadMethod : MessageFault.None;
        }

        return method.Length > LongestMethod || !Syntax.IsToken(method) ? MessageFault.BadMethod : MessageFault.None;
    }

    private MessageFault ReadVersion(ReadOnlySpan<byte> protocol)
    {
        if (protocol.SequenceEqual("HTTP/1.1"u8))
        {
            return MessageFault.None;
        }

        if (protocol.SequenceEqual("HTTP/1.0"u8))
        {
            Version = 10;
            return MessageFault.None;
        }

        var isVersion =
            protocol.Length == 8
            && protocol.StartsWith("HTTP/"u8)
            && char.IsAsciiDigit((char)protocol[5])
            && protocol[6] == '.'
            && char.IsAsciiDigit((char)protocol[7]);
        return isVersion ? MessageFault.UnsupportedVersion : MessageFault.BadStartLine;
    }

    private MessageFault ReadTarget(ReadOnlySpan<byte> target)
    {
        var method = RequestHead.FindMethod(Method);
        if (method is KnownMethod.Connect or KnownMethod.Trace)
        {
            return MessageFault.MethodNotAllowed;
        }

        if (target[0] == '/')
        {
            return MessageFault.None;
        }

        if (target.SequenceEqual("*"u8))
        {
            Form = TargetForm.Asterisk;
            return method == KnownMethod.Options ? MessageFault.None : MessageFault.BadTarget;
        }

        Form = TargetForm.Absolute;
        var scheme =
            StartsWithIgnoreCase(target, "http://"u8) ? 7
            : StartsWithIgnoreCase(target, "https://"u8) ? 8
            : 0;
        if (scheme == 0)
        {
            return MessageFault.BadTarget;
        }

        var rest = target[scheme..];
        var slash = rest.IndexOfAny((byte)'/', (byte)'?');
        var authority = slash < 0 ? rest : rest[..slash];

        // "http://host?query" has an empty path; no origin-form can carry it unchanged, so it is refused rather than rewritten.
        if ((slash >= 0 && rest[slash] == '?') || !Syntax.IsHost(authority))
        {
            return MessageFault.BadTarget;
        }

        Authority = authority;
        if (slash >= 0)
        {
            Target = rest[slash..];
        }
        else if (method == KnownMethod.Options)
        {
            // RFC 9112 section 3.2.4: OPTIONS for an authority alone asks about the server, as "*" does.
            Target = "*"u8;
            Form = TargetForm.Asterisk;
        }
        else
        {
            Target = "/"u8;
        }

        return MessageFault.None;
    }

    private static bool StartsWithIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start) =>
        text.Length >= start.Length && Ascii.EqualsIgnoreCase(text[..start.Length], start);
}
