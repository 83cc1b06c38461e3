using System.Globalization;
using System.Text;
using Holdfast.Http.Messages;

namespace Holdfast.Http.Tests.Corpus;

/// <summary>One request head and how it is read.</summary>
/// <param name="Name">What the case is about.</param>
/// <param name="Text">The bytes, as Latin-1 text.</param>
/// <param name="Result">Whether it is accepted.</param>
/// <param name="Fault">Why not.</param>
/// <param name="Reading">What was understood, in the form of <see cref="Describe"/>; empty when it was not accepted.</param>
/// <param name="Why">The reason, with its source.</param>
internal sealed record RequestCase(string Name, string Text, HeadResult Result, MessageFault Fault, string Reading, string Why)
{
    public byte[] Bytes => Encoding.Latin1.GetBytes(Text);

    public MessageLimits Limits { get; init; } = MessageLimits.ForVisitors;

    public static RequestCase Reads(string name, string text, string reading, string why) =>
        new(name, text, HeadResult.Complete, MessageFault.None, reading, why);

    public static RequestCase Refused(string name, string text, MessageFault fault, string why) =>
        new(name, text, HeadResult.Refused, fault, "", why);

    public static RequestCase Waits(string name, string text, string why) =>
        new(name, text, HeadResult.Incomplete, MessageFault.None, "", why);

    /// <summary>A GET with these fields behind its Host.</summary>
    public static string Get(string fields) => "GET / HTTP/1.1\r\nHost: example.com\r\n" + fields + "\r\n";

    /// <summary>A POST with these fields behind its Host.</summary>
    public static string Post(string fields) => "POST / HTTP/1.1\r\nHost: example.com\r\n" + fields + "\r\n";

    /// <summary>Everything that the parser concluded, in one line: <c>POST /a (example.com) length=5 keep</c>.</summary>
    public static string Describe(RequestHead head)
    {
        var text = new StringBuilder();
        text.Append(Encoding.Latin1.GetString(head.MethodBytes)).Append(' ');
        text.Append(Encoding.Latin1.GetString(head.Target)).Append(" (");
        text.Append(Encoding.Latin1.GetString(head.Host)).Append(')');
        text.Append(head.Version == 10 ? " 1.0" : "");
        text.Append(
            head.Framing switch
            {
                Framing.Length => " length=" + head.ContentLength.ToString(CultureInfo.InvariantCulture),
                Framing.Chunked => " chunked",
                _ => "",
            }
        );
        text.Append(head.KeepAlive ? " keep" : " close");
        text.Append(head.ExpectsContinue ? " expect" : "");
        text.Append(head.WantsUpgrade ? " upgrade" : "");
        return text.ToString();
    }
}
