using static Holdfast.Edge.Tests.Wire.ResponseWireCase;

namespace Holdfast.Edge.Tests.Wire;

/// <summary>What origins send, well or badly.</summary>
internal static class ResponseWireCases
{
    private const string Chunks = "5\r\nhello\r\n0\r\n\r\n";
    private const string Chunked = "Transfer-Encoding: chunked\r\n";
    private const string Hello = "Content-Length: 5\r\n";

    public static IReadOnlyList<ResponseWireCase> All { get; } = [.. Heads, .. Fields, .. Framings, .. Bodiless, .. Interims, .. Ends];

    private static IEnumerable<ResponseWireCase> Heads =>
        [
            Passes("plain", Ok(Hello) + "hello", "section 4"),
            Passes("own reason", "HTTP/1.1 200 Well Done\r\nContent-Length: 0\r\n\r\n", "section 4"),
            Passes("reason of bytes from 0x80", "HTTP/1.1 200 D\u00e9j\u00e0\r\nContent-Length: 0\r\n\r\n", "section 4: obs-text"),
            Passes("status 599", "HTTP/1.1 599 X\r\nContent-Length: 0\r\n\r\n", "RFC 9110 section 15"),
            Becomes(
                "HTTP/1.0",
                "HTTP/1.0 200 OK\r\n" + Hello + "\r\nhello",
                Ok(Hello) + "hello",
                "section 2.3: the edge speaks its own version"
            ),
            Becomes("HTTP/1.7", "HTTP/1.7 200 OK\r\n" + Hello + "\r\nhello", Ok(Hello) + "hello", "RFC 9110 section 2.5: as 1.1"),
            Becomes(
                "no reason",
                "HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
                "section 4"
            ),
            Becomes("bare LF everywhere", "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", Ok(Hello) + "hello", "section 2.2: written anew"),
            Faulty("nothing", "", "closed without an answer"),
            Faulty("half a status line", "HTTP/1.1 20", "closed within the head"),
            Faulty("half a head", "HTTP/1.1 200 OK\r\nA: b\r\n", "closed within the head"),
            Faulty("HTTP/0.9", "<html>hello</html>", "section 2.3"),
            Faulty("SSH", "SSH-2.0-OpenSSH_9.2\r\n", "the wrong port"),
            Faulty("HTTP/2", "HTTP/2 200 OK\r\n\r\n", "section 2.3"),
            Faulty("lower case", "http/1.1 200 OK\r\n\r\n", "section 2.3"),
            Faulty("empty line before", "\r\n" + Ok(Hello) + "hello", "rest of the answer before"),
            Faulty("status of two digits", "HTTP/1.1 20 OK\r\n\r\n", "section 4"),
            Faulty("status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", "section 4"),
            Faulty("status 099", "HTTP/1.1 099 X\r\n\r\n", "RFC 9110 section 15"),
            Faulty("status with a sign", "HTTP/1.1 +20 OK\r\n\r\n", "section 4"),
            Faulty("NUL in the reason", "HTTP/1.1 200 O\0K\r\n\r\n", "section 4"),
            Faulty("CR in the reason", "HTTP/1.1 200 OK\rA: b\r\n\r\n", "section 2.2: response splitting"),
            Faulty("endless status line", "HTTP/1.1 200 " + new string('a', 17_000), "16 KiB"),
            Faulty("endless head", $"HTTP/1.1 200 OK\r\nA: {new string('b', 140_000)}", "128 KiB"),
            Faulty("500 fields and one", Ok(string.Concat(Enumerable.Repeat("A: b\r\n", 501))), "500 fields"),
        ];

    private static IEnumerable<ResponseWireCase> Fields =>
        [
            Passes("order and casing", Ok("x-b: 1\r\nX-A: 2\r\ncontent-LENGTH: 0\r\nx-B: 3\r\n"), "nothing changes that need not"),
            Passes("cookies", Ok("Set-Cookie: a=1, b\r\nSet-Cookie: c=2\r\nContent-Length: 0\r\n"), "RFC 6265 section 3: never joined"),
            Passes("bytes from 0x80", Ok("A: \u00e4\u00ff\r\nContent-Length: 0\r\n"), "RFC 9110 section 5.5: obs-text"),
            Becomes(
                "space before the colon",
                Ok("A : b\r\nContent-Length: 0\r\n"),
                Ok("A: b\r\nContent-Length: 0\r\n"),
                "section 5.1: removed"
            ),
            Becomes(
                "folded line",
                Ok("A: b\r\n c\r\nContent-Length: 0\r\n"),
                Ok("A: b   c\r\nContent-Length: 0\r\n"),
                "section 5.2: joined"
            ),
            Becomes(
                "hop by hop",
                Ok("Connection: X-Mine\r\nX-Mine: 1\r\nKeep-Alive: timeout=5\r\nContent-Length: 0\r\n"),
                Ok("Content-Length: 0\r\n"),
                "RFC 9110 section 7.6.1"
            ),
            Becomes(
                "proxy's own",
                Ok("Proxy-Authenticate: x\r\nProxy-Connection: close\r\nContent-Length: 0\r\n"),
                Ok("Content-Length: 0\r\n"),
                "RFC 9110 section 11.7.1"
            ),
            Becomes(
                "stray Upgrade",
                Ok("Upgrade: h2c\r\nContent-Length: 0\r\n"),
                Ok("Content-Length: 0\r\n"),
                "RFC 9110 section 7.8: hop by hop"
            ),
            Faulty("no colon", Ok("A b\r\nContent-Length: 0\r\n"), "section 5"),
            Faulty("space in a name", Ok("A b: c\r\nContent-Length: 0\r\n"), "RFC 9110 section 5.6.2"),
            Faulty("NUL in a value", Ok("A: b\0c\r\nContent-Length: 0\r\n"), "RFC 9110 section 5.5"),
            Faulty("CR in a value", Ok("A: b\rSet-Cookie: c\r\nContent-Length: 0\r\n"), "section 2.2: response splitting"),
            Faulty("folded first line", "HTTP/1.1 200 OK\r\n A: b\r\nContent-Length: 0\r\n\r\n", "section 2.2"),
        ];

    private static IEnumerable<ResponseWireCase> Framings =>
        [
            Passes("chunked", Ok(Chunked) + Chunks, "section 7.1"),
            Passes("trailer", Ok(Chunked + "Trailer: X-Sum\r\n") + "5\r\nhello\r\n0\r\nX-Sum: abc\r\n\r\n", "section 7.1.2"),
            Becomes(
                "capitals in the coding",
                Ok("transfer-encoding: CHUNKED\r\n") + Chunks,
                Ok("transfer-encoding: chunked\r\n") + Chunks,
                "section 7"
            ),
            Becomes("extension", Ok(Chunked) + "5;a=b\r\nhello\r\n0;c\r\n\r\n", Ok(Chunked) + Chunks, "section 7.1.1: dropped"),
            Becomes("until close", Ok("") + "hello", Ok(Chunked) + Chunks, "section 6.3: goes on with an end that can be told"),
            Becomes("HTTP/1.0 until close", "HTTP/1.0 200 OK\r\n\r\nhello", Ok(Chunked) + Chunks, "section 6.3"),
            Becomes("the same length twice", Ok(Hello + Hello) + "hello", Ok(Hello) + "hello", "section 6.3: read as one"),
            Becomes("listed length", Ok("Content-Length: 5, 5\r\n") + "hello", Ok(Hello) + "hello", "RFC 9110 section 8.6: read as one"),
            Becomes("folded length", Ok("Content-Length:\r\n 5\r\n") + "hello", Ok(Hello) + "hello", "section 5.2: one line"),
            Becomes(
                "more than was said",
                Ok(Hello) + "helloHTTP/1.1 200 OK\r\n\r\n",
                Ok(Hello) + "hello",
                "section 6.3: the rest is nobody's"
            ),
            Becomes(
                "two answers",
                Ok("Content-Length: 0\r\n") + Ok(Hello) + "gotya",
                Ok("Content-Length: 0\r\n"),
                "the second one is nobody's"
            ),
            Faulty("lengths that differ", Ok("Content-Length: 5\r\nContent-Length: 6\r\n") + "hello", "section 6.3"),
            Faulty("listed lengths that differ", Ok("Content-Length: 5, 6\r\n") + "hello", "section 6.3"),
            Faulty("length with plus", Ok("Content-Length: +5\r\n") + "hello", "RFC 9110 section 8.6"),
            Faulty("negative length", Ok("Content-Length: -5\r\n") + "hello", "RFC 9110 section 8.6"),
            Faulty("huge length", Ok($"Content-Length: {new string('9', 30)}\r\n") + "hello", "no counter holds it"),
            Faulty("empty length", Ok("Content-Length:\r\n") + "hello", "RFC 9110 section 8.6"),
            Faulty("length and coding", Ok(Hello + Chunked) + Chunks, "section 6.3: smells of splitting"),
            Faulty("chunked twice", Ok(Chunked + Chunked) + Chunks, "section 6.1"),
            Faulty("gzip, chunked", Ok("Transfer-Encoding: gzip, chunked\r\n") + Chunks, "not asked for by TE"),
            Faulty("identity", Ok("Transfer-Encoding: identity\r\n") + "hello", "removed by RFC 7230"),
            Faulty("chunked in HTTP/1.0", "HTTP/1.0 200 OK\r\n" + Chunked + "\r\n" + Chunks, "section 6.1: faulty framing"),
            Faulty("folded coding that is none", Ok("Transfer-Encoding: x\r\n chunked\r\n") + Chunks, "section 5.2"),
        ];

    private static IEnumerable<ResponseWireCase> Bodiless =>
        [
            Becomes(
                "204 with a length",
                "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 204 No Content\r\n\r\n",
                "RFC 9110 section 8.6"
            ),
            Becomes(
                "204 with a coding",
                "HTTP/1.1 204 No Content\r\n" + Chunked + "\r\n" + Chunks,
                "HTTP/1.1 204 No Content\r\n\r\n",
                "section 6.1"
            ),
            Passes(
                "304 with a length",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
                "RFC 9110 section 8.6: what GET would have"
            ),
            Becomes(
                "304 with a body",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
                "section 6.3"
            ),
            Passes("HEAD", Ok(Hello), "RFC 9110 section 9.3.2") with
            {
                Method = "HEAD",
            },
            Becomes("HEAD with a body", Ok(Hello) + "hello", Ok(Hello), "section 6.3") with
            {
                Method = "HEAD",
            },
            Becomes("HEAD of chunks", Ok(Chunked) + Chunks, Ok(""), "section 6.3") with
            {
                Method = "HEAD",
            },
            Becomes("HEAD without a length", Ok(""), Ok(""), "nothing is known of it") with
            {
                Method = "HEAD",
            },
        ];

    private static IEnumerable<ResponseWireCase> Interims =>
        [
            Passes("103", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + Ok(Hello) + "hello", "RFC 8297"),
            Passes(
                "102 twice",
                "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + Ok(Hello) + "hello",
                "RFC 9110 section 15.2"
            ),
            Passes("unasked 100", "HTTP/1.1 100 Continue\r\n\r\n" + Ok(Hello) + "hello", "RFC 9110 section 15.2: passed on"),
            Becomes(
                "103 with a length",
                "HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\n" + Ok(Hello) + "hello",
                "HTTP/1.1 103 Early Hints\r\n\r\n" + Ok(Hello) + "hello",
                "RFC 9110 section 8.6"
            ),
            Faulty("unasked 101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", "RFC 9110 section 7.8"),
            Faulty("only a 100", "HTTP/1.1 100 Continue\r\n\r\n", "no final answer") with
            {
                Visitor = "HTTP/1.1 100 Continue\r\n\r\n520",
            },
        ];

    private static IEnumerable<ResponseWireCase> Ends =>
        [
            BreaksOff("closed within a length", Ok("Content-Length: 9\r\n") + "hello", Ok("Content-Length: 9\r\n") + "hello", "section 8"),
            BreaksOff("closed within a chunk", Ok(Chunked) + "9\r\nhello", Ok(Chunked) + "5\r\nhello\r\n", "section 8: no last chunk"),
            BreaksOff("closed before the last chunk", Ok(Chunked) + "5\r\nhello\r\n", Ok(Chunked) + "5\r\nhello\r\n", "section 8"),
            BreaksOff("closed within the trailer", Ok(Chunked) + "5\r\nhello\r\n0\r\n", Ok(Chunked) + "5\r\nhello\r\n", "section 8"),
            BreaksOff("bad chunk size", Ok(Chunked) + "5\r\nhello\r\nxyz\r\n", Ok(Chunked) + "5\r\nhello\r\n", "section 7.1"),
            BreaksOff("chunk size ends in LF", Ok(Chunked) + "5\r\nhello\r\n0\n\r\n", Ok(Chunked) + "5\r\nhello\r\n", "section 2.2"),
            BreaksOff("chunk without its end", Ok(Chunked) + "5\r\nhelloXX0\r\n\r\n", Ok(Chunked) + "5\r\nhello\r\n", "section 7.1"),
            BreaksOff(
                "chunk size that wraps",
                Ok(Chunked) + "5\r\nhello\r\n10000000000000000\r\n",
                Ok(Chunked) + "5\r\nhello\r\n",
                "0 in 64 bits"
            ),
            BreaksOff(
                "trailer that frames",
                Ok(Chunked) + "5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n",
                Ok(Chunked) + "5\r\nhello\r\n",
                "RFC 9110 section 6.5.1"
            ),
            BreaksOff(
                "trailer that sets a cookie",
                Ok(Chunked) + "5\r\nhello\r\n0\r\nSet-Cookie: a\r\n\r\n",
                Ok(Chunked) + "5\r\nhello\r\n",
                "RFC 9110 section 6.5.1"
            ),
        ];

    private static string Ok(string fields) => $"HTTP/1.1 200 OK\r\n{fields}\r\n";
}
