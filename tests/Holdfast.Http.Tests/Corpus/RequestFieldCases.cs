using static Holdfast.Http.Messages.MessageFault;
using static Holdfast.Http.Tests.Corpus.RequestCase;

namespace Holdfast.Http.Tests.Corpus;

/// <summary>Field lines: names, values, white space, line ends.</summary>
internal static class RequestFieldCases
{
    private const string Ok = "GET / (example.com) keep";

    public static IReadOnlyList<RequestCase> All { get; } =
    [
        Reads("empty value", Get("X:\r\n"), Ok, "RFC 9110 section 5.5"),
        Reads("space around the value", Get("X: \t a b \t\r\n"), Ok, "RFC 9112 section 5.1: OWS is dropped"),
        Reads("no space before the value", Get("X:a\r\n"), Ok, "RFC 9112 section 5"),
        Reads("value of bytes from 0x80", Get("X: \u00e4\u00ff\u0080\r\n"), Ok, "RFC 9110 section 5.5: obs-text is opaque"),
        Reads("every character of a token", Get("!#$%&'*+-.^_`|~09AZaz: x\r\n"), Ok, "RFC 9110 section 5.6.2"),
        Reads("colons in the value", Get("X: a:b::c\r\n"), Ok, "the first colon ends the name"),
        Reads("tab in the value", Get("X: a\tb\r\n"), Ok, "RFC 9110 section 5.5"),
        Reads("repeated field", Get("X: a\r\nx: b\r\n"), Ok, "RFC 9110 section 5.3"),
        Reads("bytes behind the head", Get("") + "GET /second", Ok, "the next request's"),
        Refused("space before the colon", Get("X : a\r\n"), BadFieldName, "RFC 9112 section 5.1: refused with 400"),
        Refused("tab before the colon", Get("X\t: a\r\n"), BadFieldName, "RFC 9112 section 5.1"),
        Refused("Content-Length with space before the colon", Post("Content-Length : 5\r\n"), BadFieldName, "others do not see the field"),
        Refused(
            "Transfer-Encoding with space before the colon",
            Post("Transfer-Encoding : chunked\r\n"),
            BadFieldName,
            "others do not see the field"
        ),
        Refused("folded line", Get("X: a\r\n b\r\n"), FoldedLine, "RFC 9112 section 5.2"),
        Refused("folded by a tab", Get("X: a\r\n\tb\r\n"), FoldedLine, "RFC 9112 section 5.2"),
        Refused("folded framing field", Post("Transfer-Encoding:\r\n chunked\r\n"), FoldedLine, "RFC 9112 section 5.2"),
        Refused("space before the first field", "GET / HTTP/1.1\r\n Host: example.com\r\n\r\n", FoldedLine, "RFC 9112 section 2.2"),
        Refused("line of spaces", Get("X: a\r\n \r\n"), FoldedLine, "RFC 9112 section 5.2: some take it for the empty line"),
        Refused("no colon", Get("X\r\n"), BadFieldName, "RFC 9112 section 5"),
        Refused("no name", Get(": a\r\n"), BadFieldName, "RFC 9110 section 5.1"),
        Refused("space in the name", Get("X Y: a\r\n"), BadFieldName, "RFC 9110 section 5.1: a token"),
        Refused("quote in the name", Get("X\"Y: a\r\n"), BadFieldName, "RFC 9110 section 5.1"),
        Refused("slash in the name", Get("X/Y: a\r\n"), BadFieldName, "RFC 9110 section 5.1"),
        Refused("NUL in the name", Get("X\0Y: a\r\n"), BadFieldName, "RFC 9110 section 5.1"),
        Refused("byte from 0x80 in the name", Get("X\u00e4: a\r\n"), BadFieldName, "RFC 9110 section 5.1"),
        Refused(
            "vertical tab before the name",
            Post("\u000bTransfer-Encoding: chunked\r\n"),
            BadFieldName,
            "some strip it and see the field"
        ),
        Refused("CR in the name", Get("X\rY: a\r\n"), BadFieldName, "RFC 9112 section 2.2"),
        Refused("NUL in the value", Get("X: a\0b\r\n"), BadFieldValue, "RFC 9110 section 5.5"),
        Refused("control in the value", Get("X: a\u0001b\r\n"), BadFieldValue, "RFC 9110 section 5.5"),
        Refused("DEL in the value", Get("X: a\u007fb\r\n"), BadFieldValue, "RFC 9110 section 5.5"),
        Refused("form feed before a length", Post("Content-Length: \u000c5\r\n"), BadFieldValue, "some skip it"),
        Refused(
            "CR in the value",
            Get("X: a\rTransfer-Encoding: chunked\r\n"),
            BareLineFeed,
            "RFC 9112 section 2.2: some end the line there"
        ),
        Refused("CR CR LF", Get("X: a\r\r\n"), BareLineFeed, "RFC 9112 section 2.2"),
        Refused("LF alone behind a field", Get("X: a\nY: b\r\n"), BareLineFeed, "RFC 9112 section 2.2"),
        Refused("LF alone behind a broken field", Get("X Y: a\nY: b\r\n"), BareLineFeed, "the bare LF is seen before the section is whole"),
        Refused(
            "LF CR LF as the empty line",
            "GET / HTTP/1.1\r\nHost: example.com\n\r\nGET /second HTTP/1.1\r\n\r\n",
            BareLineFeed,
            "others end the head here"
        ),
        Refused(
            "CR LF LF as the empty line",
            "GET / HTTP/1.1\r\nHost: example.com\r\n\nGET /second HTTP/1.1\r\n\r\n",
            BareLineFeed,
            "others end the head here"
        ),
        Refused("LF LF as the empty line", "GET / HTTP/1.1\r\nHost: example.com\n\n", BareLineFeed, "told at once, not after a time-out"),
        Refused(
            "CR LF CR CR LF as the empty line",
            "GET / HTTP/1.1\r\nHost: example.com\r\n\r\r\n\r\n",
            BadFieldName,
            "RFC 9112 section 2.2"
        ),
    ];
}
