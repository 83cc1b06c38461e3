using Holdfast.Http.Messages;
using static Holdfast.Http.Messages.MessageFault;
using static Holdfast.Http.Tests.Corpus.ResponseCase;

namespace Holdfast.Http.Tests.Corpus;

/// <summary>Response heads from good and from sloppy origins.</summary>
internal static class ResponseCorpus
{
    private static readonly MessageLimits Small = new()
    {
        StartLineBytes = 64,
        FieldsBytes = 128,
        FieldCount = 4,
    };

    public static IReadOnlyList<ResponseCase> All { get; } = [.. StatusLines, .. Fields, .. Framings, .. Bodiless, .. Limits];

    private static IEnumerable<ResponseCase> StatusLines =>
        [
            Reads("plain answer", Ok("Content-Length: 5\r\n"), "200 OK length=5 keep [Content-Length=5]", "RFC 9112 section 4"),
            Reads(
                "HTTP/1.0",
                "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n",
                "200 OK 1.0 length=5 close [Content-Length=5]",
                "RFC 9112 section 9.3"
            ),
            Reads(
                "HTTP/1.7",
                "HTTP/1.7 200 OK\r\nContent-Length: 0\r\n\r\n",
                "200 OK none=0 keep [Content-Length=0]",
                "RFC 9110 section 2.5: as 1.1"
            ),
            Reads(
                "empty reason",
                "HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n",
                "404  none=0 keep [Content-Length=0]",
                "RFC 9112 section 4"
            ),
            Reads(
                "no reason and no space",
                "HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n",
                "404  none=0 keep [Content-Length=0]",
                "RFC 9112 section 4: some leave the space out; written anew with it"
            ),
            Reads(
                "reason of bytes from 0x80",
                "HTTP/1.1 200 D\u00e9j\u00e0 vu\r\nContent-Length: 0\r\n\r\n",
                "200 D\u00e9j\u00e0 vu none=0 keep [Content-Length=0]",
                "RFC 9112 section 4: obs-text"
            ),
            Reads(
                "status 999",
                "HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n",
                "999 X none=0 keep [Content-Length=0]",
                "RFC 9110 section 15: treated as 5xx"
            ),
            Reads(
                "bare LF everywhere",
                "HTTP/1.1 200 OK\nContent-Length: 5\n\n",
                "200 OK length=5 keep [Content-Length=5]",
                "RFC 9112 section 2.2: may be taken; goes on with CR LF"
            ),
            Refused("status 099", "HTTP/1.1 099 X\r\n\r\n", BadStatus, "RFC 9110 section 15"),
            Refused("status of two digits", "HTTP/1.1 20 OK\r\n\r\n", BadStartLine, "RFC 9112 section 4"),
            Refused("status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", BadStartLine, "RFC 9112 section 4"),
            Refused("status with a sign", "HTTP/1.1 +20 OK\r\n\r\n", BadStatus, "RFC 9112 section 4"),
            Refused("no status", "HTTP/1.1\r\n\r\n", BadStartLine, "RFC 9112 section 4"),
            Refused("two spaces", "HTTP/1.1  200 OK\r\n\r\n", BadStartLine, "RFC 9112 section 4"),
            Refused("HTTP/2", "HTTP/2 200 OK\r\n\r\n", BadStartLine, "RFC 9112 section 2.3"),
            Refused("HTTP/0.9 answer", "<html>hello</html>", BadStartLine, "no head at all; told at its first byte"),
            Refused("protocol in lower case", "http/1.1 200 OK\r\n\r\n", BadStartLine, "RFC 9112 section 2.3"),
            Refused(
                "empty line before",
                "\r\nHTTP/1.1 200 OK\r\n\r\n",
                BadStartLine,
                "only requests may have one; here it is rest of the answer before"
            ),
            Refused("SSH banner", "SSH-2.0-OpenSSH_9.2\r\n", BadStartLine, "the wrong port"),
            Refused("NUL in the reason", "HTTP/1.1 200 O\0K\r\n\r\n", BadStartLine, "RFC 9112 section 4"),
            Refused("CR in the reason", "HTTP/1.1 200 O\rK\r\n\r\n", BadStartLine, "RFC 9112 section 2.2"),
            Refused("CR CR LF behind the status line", "HTTP/1.1 200 OK\r\r\n\r\n", BadStartLine, "RFC 9112 section 2.2"),
            Refused("tab behind the status", "HTTP/1.1 200\tOK\r\n\r\n", BadStartLine, "RFC 9112 section 4"),
            Waits("half a status line", "HTTP/1.1 20", "not whole"),
            Waits("no empty line yet", "HTTP/1.1 200 OK\r\nA: b\r\n", "not whole"),
        ];

    private static IEnumerable<ResponseCase> Fields =>
        [
            Reads(
                "folded line",
                Ok("A: b\r\n  c\r\n\td\r\nContent-Length: 0\r\n"),
                "200 OK none=0 keep [A=b    c  \td|Content-Length=0]",
                "RFC 9112 section 5.2: joined by spaces"
            ),
            Reads(
                "folded line with bare LF",
                Ok("A: b\n c\nContent-Length: 0\r\n"),
                "200 OK none=0 keep [A=b  c|Content-Length=0]",
                "RFC 9112 section 5.2"
            ),
            Reads("folded length", Ok("Content-Length:\r\n 5\r\n"), "200 OK length=5 keep [Content-Length=5]", "goes on in one line"),
            Reads(
                "folded chunked",
                Ok("Transfer-Encoding:\r\n chunked\r\n"),
                "200 OK chunked keep [Transfer-Encoding=chunked]",
                "goes on in one line"
            ),
            Reads(
                "fold of nothing",
                Ok("A: b\r\n \r\nContent-Length: 0\r\n"),
                "200 OK none=0 keep [A=b|Content-Length=0]",
                "no empty line, for it holds a space"
            ),
            Reads(
                "space before the colon",
                Ok("A : b\r\nContent-Length \t: 5\r\n"),
                "200 OK length=5 keep [A=b|Content-Length=5]",
                "RFC 9112 section 5.1: removed"
            ),
            Reads(
                "repeated Set-Cookie",
                Ok("Set-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 0\r\n"),
                "200 OK none=0 keep [Set-Cookie=a|Set-Cookie=b|Content-Length=0]",
                "RFC 9110 section 5.3"
            ),
            Refused("fold before the first field", Ok(" A: b\r\n"), FoldedLine, "RFC 9112 section 2.2"),
            Refused("folded number", Ok("Content-Length: 1\r\n 0\r\n"), BadContentLength, "1, 0 or 10"),
            Refused("no colon", Ok("A\r\n"), BadFieldName, "RFC 9112 section 5"),
            Refused("no name", Ok(": b\r\n"), BadFieldName, "RFC 9110 section 5.1"),
            Refused("space in the name", Ok("A B: c\r\n"), BadFieldName, "RFC 9110 section 5.1"),
            Refused("NUL in a value", Ok("A: b\0c\r\n"), BadFieldValue, "RFC 9110 section 5.5"),
            Refused("CR in a value", Ok("A: b\rSet-Cookie: c\r\n"), BareLineFeed, "RFC 9112 section 2.2: response splitting"),
            Refused("CR CR LF", Ok("A: b\r\r\n"), BareLineFeed, "RFC 9112 section 2.2"),
            Refused("CR in a name", Ok("A\rB: c\r\n"), BadFieldName, "RFC 9112 section 2.2"),
        ];

    private static IEnumerable<ResponseCase> Framings =>
        [
            Reads(
                "chunked",
                Ok("Transfer-Encoding: Chunked\r\n"),
                "200 OK chunked keep [Transfer-Encoding=Chunked]",
                "RFC 9112 section 6.1"
            ),
            Reads("neither", Ok(""), "200 OK until close close []", "RFC 9112 section 6.3"),
            Reads(
                "neither, keep-alive",
                Ok("Connection: keep-alive\r\n"),
                "200 OK until close close [Connection=keep-alive]",
                "RFC 9112 section 6.3: nothing can follow"
            ),
            Reads(
                "close",
                Ok("Connection: close\r\nContent-Length: 5\r\n"),
                "200 OK length=5 close [Connection=close|Content-Length=5]",
                "RFC 9112 section 9.6"
            ),
            Reads(
                "the same length twice",
                Ok("Content-Length: 5\r\nContent-Length: 5\r\n"),
                "200 OK length=5 keep [Content-Length=5|Content-Length=5]",
                "RFC 9110 section 8.6: may be read as one; goes on once"
            ),
            Reads(
                "the same length listed",
                Ok("Content-Length: 5, 5\r\n"),
                "200 OK length=5 keep [Content-Length=5, 5]",
                "RFC 9110 section 8.6: goes on once"
            ),
            Refused("lengths that differ", Ok("Content-Length: 5\r\nContent-Length: 6\r\n"), BadContentLength, "RFC 9112 section 6.3"),
            Refused("listed lengths that differ", Ok("Content-Length: 5, 6\r\n"), BadContentLength, "RFC 9112 section 6.3"),
            Refused("empty length", Ok("Content-Length:\r\n"), BadContentLength, "RFC 9110 section 8.6"),
            Refused("length of a comma", Ok("Content-Length: ,\r\n"), BadContentLength, "RFC 9110 section 8.6"),
            Refused("length with a sign", Ok("Content-Length: +5\r\n"), BadContentLength, "RFC 9110 section 8.6"),
            Refused("negative length", Ok("Content-Length: -1\r\n"), BadContentLength, "RFC 9110 section 8.6"),
            Refused("hexadecimal length", Ok("Content-Length: 0x5\r\n"), BadContentLength, "RFC 9110 section 8.6"),
            Refused("length of 2^64 and a bit", Ok("Content-Length: 18446744073709551621\r\n"), BadContentLength, "wraps to 5"),
            Refused(
                "CL with TE",
                Ok("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
                LengthAndTransferEncoding,
                "RFC 9112 section 6.3: response smuggling"
            ),
            Refused(
                "TE twice",
                Ok("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
                BadTransferEncoding,
                "RFC 9112 section 6.1"
            ),
            Refused("TE listed twice", Ok("Transfer-Encoding: chunked, chunked\r\n"), BadTransferEncoding, "RFC 9112 section 6.1"),
            Refused(
                "gzip, chunked",
                Ok("Transfer-Encoding: gzip, chunked\r\n"),
                BadTransferEncoding,
                "never asked for (no TE goes to origins)"
            ),
            Refused("identity", Ok("Transfer-Encoding: identity\r\n"), BadTransferEncoding, "RFC 9112 section 7"),
            Refused("chunked with a NUL", Ok("Transfer-Encoding: chunked\0\r\n"), BadFieldValue, "C strings end there"),
            Refused("TE in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", BadTransferEncoding, "RFC 9112 section 6.1"),
            Reads(
                "HTTP/1.0 with keep-alive",
                "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n",
                "200 OK 1.0 length=5 keep [Connection=keep-alive|Content-Length=5]",
                "RFC 9112 section 9.3"
            ),
        ];

    private static IEnumerable<ResponseCase> Bodiless =>
        [
            Reads("100", "HTTP/1.1 100 Continue\r\n\r\n", "100 Continue none keep []", "RFC 9110 section 15.2"),
            Reads("103 with Link", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", "103 Early Hints none keep [Link=</a>]", "RFC 8297"),
            Reads(
                "100 with a length",
                "HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n",
                "100 Continue none close [Content-Length=5]",
                "RFC 9110 section 8.6: must not; the connection is not used again"
            ),
            Reads(
                "101",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\u0081\u0005",
                "101 Switching Protocols none keep [Upgrade=websocket]",
                "RFC 9110 section 15.2.2: what follows is the other protocol"
            ),
            Reads("204", "HTTP/1.1 204 No Content\r\n\r\n", "204 No Content none keep []", "RFC 9112 section 6.3"),
            Reads(
                "204 with a length of zero",
                "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
                "204 No Content none keep [Content-Length=0]",
                "RFC 9110 section 8.6: must not, but nothing can follow; not passed on"
            ),
            Reads(
                "204 with a body",
                "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
                "204 No Content none close [Content-Length=5]",
                "RFC 9112 section 6.3: the body is nobody's; the connection is not used again"
            ),
            Reads(
                "204 chunked",
                "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "204 No Content none close [Transfer-Encoding=chunked]",
                "RFC 9112 section 6.1: must not"
            ),
            Reads(
                "304 with a length",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
                "304 Not Modified none=5 keep [Content-Length=5]",
                "RFC 9110 section 8.6: the length that 200 would have"
            ),
            Reads(
                "304 chunked",
                "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
                "304 Not Modified none keep [Transfer-Encoding=chunked]",
                "RFC 9112 section 6.1"
            ),
            Reads(
                "205 without a length",
                "HTTP/1.1 205 Reset Content\r\n\r\n",
                "205 Reset Content until close close []",
                "RFC 9112 section 6.3: framed like any other"
            ),
            Head(Reads("HEAD with a length", Ok("Content-Length: 5\r\n"), "200 OK none=5 keep [Content-Length=5]", "RFC 9112 section 6.3")),
            Head(
                Reads(
                    "HEAD chunked",
                    Ok("Transfer-Encoding: chunked\r\n"),
                    "200 OK none keep [Transfer-Encoding=chunked]",
                    "RFC 9112 section 6.1"
                )
            ),
            Head(Reads("HEAD with neither", Ok(""), "200 OK none keep []", "RFC 9112 section 6.3")),
            Head(
                Refused(
                    "HEAD with two lengths",
                    Ok("Content-Length: 5\r\nContent-Length: 6\r\n"),
                    BadContentLength,
                    "which of them would be passed on?"
                )
            ),
        ];

    private static IEnumerable<ResponseCase> Limits =>
        [
            Limited(Reads("status line at its limit", StatusLine(64), $"200 {Reason(64)} none=0 keep [Content-Length=0]", "limit")),
            Limited(Refused("status line past its limit", StatusLine(65), FieldsTooLarge, "limit + 1")),
            Limited(Refused("endless status line", "HTTP/1.1 200 " + new string('a', 300), FieldsTooLarge, "told before its end")),
            Limited(Reads("field section at its limit", Ok(Section(128)), $"200 OK until close close [X={new string('a', 121)}]", "limit")),
            Limited(Refused("field section past its limit", Ok(Section(129)), FieldsTooLarge, "limit + 1")),
            Limited(
                Refused(
                    "endless fields",
                    "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", 60)),
                    FieldsTooLarge,
                    "told before its end"
                )
            ),
            Limited(Reads("fields at their limit", Ok("A:\r\nA:\r\nA:\r\nA:\r\n"), "200 OK until close close [A=|A=|A=|A=]", "limit")),
            Limited(Refused("fields past their limit", Ok("A:\r\nA:\r\nA:\r\nA:\r\nA:\r\n"), TooManyFields, "limit + 1")),
            Reads(
                "500 fields",
                Ok(string.Concat(Enumerable.Repeat("A:\r\n", 500))),
                "200 OK until close close [" + string.Join('|', Enumerable.Repeat("A=", 500)) + "]",
                "the default limit"
            ),
            Refused("501 fields", Ok(string.Concat(Enumerable.Repeat("A:\r\n", 501))), TooManyFields, "the default limit + 1"),
        ];

    public static ResponseCase Find(string name) => All.Single(c => c.Name == name);

    private static ResponseCase Head(ResponseCase test) => test with { Method = KnownMethod.Head };

    private static ResponseCase Limited(ResponseCase test) => test with { Limits = Small };

    private static string Reason(int lineBytes) => new('a', lineBytes - "HTTP/1.1 200 \r\n".Length);

    private static string StatusLine(int bytes) => $"HTTP/1.1 200 {Reason(bytes)}\r\nContent-Length: 0\r\n\r\n";

    private static string Section(int bytes) => $"X: {new string('a', bytes - "X: \r\n\r\n".Length)}\r\n";
}
