using static Holdfast.Edge.Tests.Wire.RequestWireCase;

namespace Holdfast.Edge.Tests.Wire;

/// <summary>Fields, and everything that says where a request ends.</summary>
internal static class RequestBodyWireCases
{
    private const string Chunks = "5\r\nhello\r\n0\r\n\r\n";

    public static IReadOnlyList<RequestWireCase> All { get; } = [.. Fields, .. Lengths, .. Codings, .. Chunked];

    private static IEnumerable<RequestWireCase> Fields =>
        [
            Passes("order and casing", Get("x-b: 1\r\nX-A: 2\r\nx-B: 3\r\n"), "nothing changes that need not"),
            Passes("field of bytes from 0x80", Get("A: \u00e4\u00ff\r\n"), "RFC 9110 section 5.5: obs-text"),
            Passes("empty value", Get("A: \r\nB: c\r\n"), "RFC 9110 section 5.5"),
            Forwards("space around a value", Get("A: \t b \t\r\n"), Get("A: b\r\n"), "RFC 9110 section 5.5: goes on without"),
            Forwards("no space before a value", Get("A:b\r\n"), Get("A: b\r\n"), "section 5"),
            Refused("space before the colon", Get("A : b\r\n"), 400, "section 5.1"),
            Refused("tab before the colon", Get("A\t: b\r\n"), 400, "section 5.1"),
            Refused("folded line", Get("A: b\r\n c\r\n"), 400, "section 5.2"),
            Refused("folded first line", "GET / HTTP/1.1\r\n A: b\r\nHost: HOST\r\n\r\n", 400, "section 2.2"),
            Refused("no colon", Get("A b\r\n"), 400, "section 5"),
            Refused("no name", Get(": b\r\n"), 400, "section 5"),
            Refused("NUL in a value", Get("A: b\0c\r\n"), 400, "RFC 9110 section 5.5"),
            Refused("NUL in a name", Get("A\0: b\r\n"), 400, "RFC 9110 section 5.6.2"),
            Refused("bare CR in a value", Get("A: b\rTransfer-Encoding: chunked\r\n"), 400, "section 2.2: some read a line end"),
            Refused("bare LF in a value", Get("A: b\nTransfer-Encoding: chunked\r\n"), 400, "section 2.2: some read a line end"),
            Refused("escape character in a value", Get("A: \u001b[2J\r\n"), 400, "RFC 9110 section 5.5"),
            Refused("name of bytes from 0x80", Get("\u00c4: b\r\n"), 400, "RFC 9110 section 5.6.2"),
            Refused("quoted name", Get("\"A\": b\r\n"), 400, "RFC 9110 section 5.6.2"),
            Refused("section ends in LF LF", "GET / HTTP/1.1\r\nHost: HOST\n\n", 400, "section 2.2"),
            Refused("section ends in CR LF LF", "GET / HTTP/1.1\r\nHost: HOST\r\n\n", 400, "section 2.2"),
            Refused("unknown expectation", Get("Expect: a-pony\r\n"), 417, "RFC 9110 section 10.1.1"),
            Refused("fields past their number", Get(string.Concat(Enumerable.Repeat("A: b\r\n", 200))), 431, "200 fields"),
            Refused("fields past their size", Get($"A: {new string('b', 132_000)}\r\n"), 431, "128 KiB"),
        ];

    private static IEnumerable<RequestWireCase> Lengths =>
        [
            Passes("length", Post("Content-Length: 5\r\n") + "hello", "section 6.2"),
            Passes("length of zero", Post("Content-Length: 0\r\n"), "some servers answer 411 without"),
            Passes("POST without a length", Post(""), "section 6.3: no body"),
            Passes("GET with a body", Get("Content-Length: 5\r\n") + "hello", "RFC 9110 section 9.3.1: framed all the same"),
            Passes("body that looks like a request", Post("content-length: 18\r\n") + "GET /x HTTP/1.1\r\n\r", "counted, never searched"),
            Forwards(
                "leading zeros",
                Post("Content-Length: 0005\r\n") + "hello",
                Post("Content-Length: 5\r\n") + "hello",
                "has one reading"
            ),
            Refused("length with plus", Post("Content-Length: +5\r\n") + "hello", 400, "RFC 9110 section 8.6: digits only"),
            Refused("length with minus", Post("Content-Length: -5\r\n") + "hello", 400, "RFC 9110 section 8.6"),
            Refused("hexadecimal length", Post("Content-Length: 0x5\r\n") + "hello", 400, "some parsers take it"),
            Refused("length with a letter", Post("Content-Length: 5a\r\n") + "hello", 400, "some parsers stop there"),
            Refused("length with a space", Post("Content-Length: 5 5\r\n") + "hello", 400, "RFC 9110 section 8.6"),
            Refused("length with an underscore", Post("Content-Length: 1_0\r\n") + "hello", 400, "some parsers take it"),
            Refused("empty length", Post("Content-Length:\r\n") + "hello", 400, "RFC 9110 section 8.6"),
            Refused("quoted length", Post("Content-Length: \"5\"\r\n") + "hello", 400, "RFC 9110 section 8.6"),
            Refused("listed length", Post("Content-Length: 5, 5\r\n") + "hello", 400, "section 6.3: may be refused"),
            Refused("listed lengths that differ", Post("Content-Length: 5, 6\r\n") + "hello", 400, "section 6.3"),
            Refused("the same length twice", Post("Content-Length: 5\r\nContent-Length: 5\r\n") + "hello", 400, "section 6.3"),
            Refused("two lengths", Post("Content-Length: 5\r\nContent-Length: 6\r\n") + "hello", 400, "section 6.3"),
            Refused("length that wraps", Post("Content-Length: 18446744073709551621\r\n") + "hello", 400, "5 in 64 bits"),
            Refused("huge length", Post($"Content-Length: {new string('9', 300)}\r\n") + "hello", 400, "no counter holds it"),
            Refused("length over the zone's limit", Post("Content-Length: 104857601\r\n") + "hello", 413, "max_upload is 100 MB"),
        ];

    private static IEnumerable<RequestWireCase> Codings =>
        [
            Passes("chunked", Post("Transfer-Encoding: chunked\r\n") + Chunks, "section 7.1"),
            Forwards(
                "chunked in capitals",
                Post("TRANSFER-ENCODING: CHUNKED\r\n") + Chunks,
                Post("TRANSFER-ENCODING: chunked\r\n") + Chunks,
                "section 7"
            ),
            Refused("CL.TE", Post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + Chunks, 400, "section 6.1"),
            Refused("TE.CL", Post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") + Chunks, 400, "section 6.1"),
            Refused("CL.0", Post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n") + Chunks, 400, "section 6.1"),
            Refused(
                "chunked twice",
                Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") + Chunks,
                400,
                "section 6.1: once"
            ),
            Refused("chunked listed twice", Post("Transfer-Encoding: chunked, chunked\r\n") + Chunks, 400, "section 6.1: once"),
            Refused("identity", Post("Transfer-Encoding: identity\r\n") + Chunks, 400, "removed by RFC 7230; TE.TE"),
            Refused("chunked then identity", Post("Transfer-Encoding: chunked, identity\r\n") + Chunks, 400, "section 6.3: not last"),
            Refused("gzip, chunked", Post("Transfer-Encoding: gzip, chunked\r\n") + Chunks, 501, "section 6.1: unknown coding"),
            Refused("xchunked", Post("Transfer-Encoding: xchunked\r\n") + Chunks, 501, "TE.TE"),
            Refused("chunkedx", Post("Transfer-Encoding: chunkedx\r\n") + Chunks, 400, "TE.TE"),
            Refused("quoted chunked", Post("Transfer-Encoding: \"chunked\"\r\n") + Chunks, 400, "TE.TE"),
            Refused("chunked with a parameter", Post("Transfer-Encoding: chunked;q=1\r\n") + Chunks, 400, "TE.TE"),
            Refused("vertical tab before chunked", Post("Transfer-Encoding: \u000bchunked\r\n") + Chunks, 400, "TE.TE"),
            Refused("empty coding", Post("Transfer-Encoding:\r\n") + Chunks, 400, "section 6.1"),
            Refused("space before the coding's colon", Post("Transfer-Encoding : chunked\r\n") + Chunks, 400, "section 5.1: TE.TE"),
            Refused("folded coding", Post("Transfer-Encoding:\r\n chunked\r\n") + Chunks, 400, "section 5.2: TE.TE"),
            Refused(
                "chunked in HTTP/1.0",
                "POST / HTTP/1.0\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n" + Chunks,
                400,
                "section 6.1"
            ),
        ];

    private static IEnumerable<RequestWireCase> Chunked =>
        [
            Forwards(
                "capitals and zeros in a size",
                Body("00A\r\n0123456789\r\n000\r\n\r\n"),
                Body("a\r\n0123456789\r\n0\r\n\r\n"),
                "section 7.1"
            ),
            Forwards("extension", Body("5;a=b;c=\"d\"\r\nhello\r\n0;x\r\n\r\n"), Body(Chunks), "section 7.1.1: dropped"),
            Passes("chunk that looks like framing", Body("7\r\n0\r\n\r\n\r\n\r\n0\r\n\r\n"), "counted, never searched"),
            Passes("trailer", Body("5\r\nhello\r\n0\r\nX-Sum: abc\r\n\r\n"), "section 7.1.2"),
            Refused("no size", Body("\r\nhello\r\n0\r\n\r\n"), 400, "section 7.1"),
            Refused("size with 0x", Body("0x5\r\nhello\r\n0\r\n\r\n"), 400, "section 7.1"),
            Refused("size with a minus", Body("-5\r\nhello\r\n0\r\n\r\n"), 400, "section 7.1"),
            Refused("size with a letter", Body("5g\r\nhello\r\n0\r\n\r\n"), 400, "section 7.1"),
            Refused("space behind the size", Body("5 \r\nhello\r\n0\r\n\r\n"), 400, "section 7.1.1"),
            Refused("space before the size", Body(" 5\r\nhello\r\n0\r\n\r\n"), 400, "section 7.1"),
            Refused("size that wraps", Body("10000000000000005\r\nhello\r\n0\r\n\r\n"), 400, "5 in 64 bits"),
            Refused("size ends in LF", Body("5\nhello\r\n0\r\n\r\n"), 400, "section 2.2: TERM.CHUNK"),
            Refused("size ends in CR", Body("5\rhello\r\n0\r\n\r\n"), 400, "section 2.2"),
            Refused("extension ends in LF", Body("5;a\nhello\r\n0\r\n\r\n"), 400, "section 2.2: EXT.TERM"),
            Refused("CR in an extension", Body("5;a\rb\r\nhello\r\n0\r\n\r\n"), 400, "section 2.2"),
            Refused("NUL in an extension", Body("5;a\0\r\nhello\r\n0\r\n\r\n"), 400, "a control character"),
            Refused("long extension", Body($"5;{new string('a', 257)}\r\nhello\r\n0\r\n\r\n"), 400, "256 bytes: CVE-2023-39326"),
            Refused("no CR LF behind the data", Body("5\r\nhello0\r\n\r\n"), 400, "section 7.1"),
            Refused("LF behind the data", Body("5\r\nhello\n0\r\n\r\n"), 400, "SPILL.TERM"),
            Refused("two bytes instead of CR LF", Body("5\r\nhelloXX0\r\n\r\n"), 400, "some skip two bytes"),
            Refused("chunk too short", Body("6\r\nhello\r\n0\r\n\r\n"), 400, "section 7.1"),
            Refused("trailer that frames", Body("0\r\nContent-Length: 5\r\n\r\n"), 400, "RFC 9110 section 6.5.1"),
            Refused("trailer that routes", Body("0\r\nHost: other.example\r\n\r\n"), 400, "RFC 9110 section 6.5.1"),
            Refused(
                "trailer that says who asks",
                Body("0\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n"),
                400,
                "somebody may merge it into the head"
            ),
            Refused("trailer ends in LF", Body("0\r\nX: a\n\r\n"), 400, "section 2.2"),
            Refused("folded trailer", Body("0\r\nX: a\r\n b\r\n\r\n"), 400, "section 5.2"),
        ];

    private static string Get(string fields) => $"GET / HTTP/1.1\r\nHost: HOST\r\n{fields}\r\n";

    private static string Post(string fields) => $"POST / HTTP/1.1\r\nHost: HOST\r\n{fields}\r\n";

    private static string Body(string chunks) => Post("Transfer-Encoding: chunked\r\n") + chunks;
}
