using System.Globalization;
using System.Text;
using Holdfast.Http.Messages;

namespace Holdfast.Http.Tests.Corpus;

/// <summary>One response head from an origin and how it is read.</summary>
/// <param name="Name">What the case is about.</param>
/// <param name="Text">The bytes, as Latin-1 text.</param>
/// <param name="Result">Whether it is accepted.</param>
/// <param name="Fault">Why not.</param>
/// <param name="Reading">What was understood, in the form of <see cref="Describe"/>; empty when it was not accepted.</param>
/// <param name="Why">The reason, with its source.</param>
internal sealed record ResponseCase(string Name, string Text, HeadResult Result, MessageFault Fault, string Reading, string Why)
{
    public byte[] Bytes => Encoding.Latin1.GetBytes(Text);

    public KnownMethod Method { get; init; } = KnownMethod.Get;

    public MessageLimits Limits { get; init; } = MessageLimits.ForOrigins;

    public static ResponseCase Reads(string name, string text, string reading, string why) =>
        new(name, text, HeadResult.Complete, MessageFault.None, reading, why);

    public static ResponseCase Refused(string name, string text, MessageFault fault, string why) =>
        new(name, text, HeadResult.Refused, fault, "", why);

    public static ResponseCase Waits(string name, string text, string why) =>
        new(name, text, HeadResult.Incomplete, MessageFault.None, "", why);

    /// <summary>A 200 with these fields.</summary>
    public static string Ok(string fields) => "HTTP/1.1 200 OK\r\n" + fields + "\r\n";

    /// <summary>Everything that the parser concluded, in one line: <c>200 OK length=5 keep [A=b|C=d]</c>.</summary>
    public static string Describe(ResponseHead head)
    {
        var text = new StringBuilder();
        text.Append(head.Status).Append(' ').Append(Encoding.Latin1.GetString(head.Reason));
        text.Append(head.Version == 10 ? " 1.0" : "");
        text.Append(
            head.Framing switch
            {
                Framing.Length => " length",
                Framing.Chunked => " chunked",
                Framing.UntilClose => " until close",
                _ => " none",
            }
        );
        text.Append(head.ContentLength < 0 ? "" : "=" + head.ContentLength.ToString(CultureInfo.InvariantCulture));
        text.Append(head.KeepAlive ? " keep [" : " close [");
        for (var i = 0; i < head.Headers.Count; i++)
        {
            text.Append(i > 0 ? "|" : "").Append(Encoding.Latin1.GetString(head.Headers.NameAt(i)));
            text.Append('=').Append(Encoding.Latin1.GetString(head.Headers.ValueAt(i)));
        }

        return text.Append(']').ToString();
    }
}
