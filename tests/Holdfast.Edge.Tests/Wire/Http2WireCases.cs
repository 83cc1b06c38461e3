using static Holdfast.Edge.Tests.Wire.Http2WireCase;

namespace Holdfast.Edge.Tests.Wire;

/// <summary>Hostile requests over HTTP/2: pseudo-header fields, targets, authorities, fields that HTTP/1.1 frames by, bodies.</summary>
internal static class Http2WireCases
{
    private const string Line = "GET / HTTP/1.1\r\nHost: HOST\r\n";

    public static IReadOnlyList<Http2WireCase> All { get; } = [.. PseudoFields, .. Targets, .. Authorities, .. Fields, .. Bodies];

    private static IEnumerable<Http2WireCase> PseudoFields =>
        [
            Forwards("well-formed", Get(("accept", "*/*")), Line + "Accept: */*\r\n\r\n", "section 8.3.1"),
            Forwards(
                "pseudo-header fields in another order",
                [(":path", "/"), (":authority", "HOST"), (":scheme", "https"), (":method", "GET")],
                Line + "\r\n",
                "section 8.3: any order"
            ),
            Resets("no :method", Without(":method"), "missing one or more mandatory", "section 8.3.1"),
            Resets("no :scheme", Without(":scheme"), "missing one or more mandatory", "section 8.3.1"),
            Resets("no :path", Without(":path"), "missing one or more mandatory", "section 8.3.1"),
            Answered("no :authority and no Host", Without(":authority"), 400, "BadHost", "section 8.3.1: nobody's"),
            Resets("no pseudo-header fields", [("accept", "*/*")], "missing one or more mandatory", "section 8.3.1"),
            Ends(":method twice", [(":method", "GET"), .. Get()], "duplicate", "section 8.3.1: exactly one"),
            Ends(":path twice", [.. Get(), (":path", "/")], "duplicate", "section 8.3.1: exactly one"),
            Ends(":path twice, and different", [.. Get(), (":path", "/b")], "duplicate", "section 8.3.1: two readings"),
            Ends(":scheme twice", [.. Get(), (":scheme", "https")], "duplicate", "section 8.3.1: exactly one"),
            Ends(":authority twice", [.. Get(), (":authority", "other.example")], "duplicate", "section 8.3: no name twice"),
            Ends(":status", [.. Get(), (":status", "200")], "response-specific", "section 8.3: of responses"),
            Ends("unknown pseudo-header field", [.. Get(), (":host", "HOST")], "unknown pseudo-header", "section 8.3"),
            Ends("empty pseudo-header name", [.. Get(), (":", "x")], "unknown pseudo-header", "section 8.3"),
            Ends("pseudo-header field in capitals", [.. Get(), (":Path", "/b")], "unknown pseudo-header", "section 8.3"),
            Ends(
                "pseudo-header field after a field",
                [.. Without(":path"), ("a", "b"), (":path", "/")],
                "after",
                "section 8.3: before all fields"
            ),
            Resets(":protocol without CONNECT", [.. Get(), (":protocol", "websocket")], "", "RFC 8441 section 4: with CONNECT alone"),
            Resets("empty :method", Pseudo(method: ""), "is invalid", "RFC 9110 section 9.1: a token"),
            Resets(":method with a space", Pseudo(method: "GET /x"), "is invalid", "RFC 9110 section 9.1: would be a second target"),
            Ends(":method with CR LF", Pseudo(method: "GET / HTTP/1.1\r\nx: y"), "invalid", "RFC 9110 section 9.1: would be a line"),
            Forwards("unknown :method", Pseudo(method: "BREW"), "BREW / HTTP/1.1\r\nHost: HOST\r\n\r\n", "RFC 9110 section 9.1: any token"),
            Answered("TRACE", Pseudo(method: "TRACE"), 405, "MethodNotAllowed", "RFC 9110 section 9.3.8: would show what the edge adds"),
            Answered(
                "CONNECT",
                [(":method", "CONNECT"), (":authority", "HOST:443")],
                405,
                "MethodNotAllowed",
                "section 8.5: the edge is no forward proxy"
            ),
            Resets("CONNECT with :path and :scheme", Pseudo(method: "CONNECT"), "CONNECT", "section 8.5: neither"),
            Answered(
                "extended CONNECT for what is no WebSocket",
                [.. Pseudo(method: "CONNECT"), (":protocol", "connect-udp")],
                405,
                "MethodNotAllowed",
                "RFC 8441: the edge knows WebSockets alone"
            ),
            Resets("http as :scheme", Pseudo(scheme: "http"), "scheme", "section 8.3.1: this connection is https"),
            Resets(":scheme of another kind", Pseudo(scheme: "ftp"), "scheme", "section 8.3.1"),
            Resets("empty :scheme", Pseudo(scheme: ""), "scheme", "section 8.3.1"),
            Resets(
                ":scheme with a target",
                Pseudo(scheme: "https://other.example/?"),
                "scheme",
                "would be the start of an absolute target"
            ),
            Forwards(":scheme in capitals", Pseudo(scheme: "HTTPS"), Line + "\r\n", "RFC 3986 section 3.1"),
        ];

    private static IEnumerable<Http2WireCase> Targets =>
        [
            Resets("empty :path", Pseudo(path: ""), "path", "section 8.3.1: never empty for http and https"),
            Resets("* with GET", Pseudo(path: "*"), "path", "section 8.3.1: OPTIONS alone"),
            Forwards("* with OPTIONS", Pseudo("OPTIONS", "*"), "OPTIONS * HTTP/1.1\r\nHost: HOST\r\n\r\n", "section 8.3.1"),
            Resets("absolute :path", Pseudo(path: "https://other.example/"), "path", "section 8.3.1: path and query"),
            Resets(":path without a slash", Pseudo(path: "a"), "path", "section 8.3.1"),
            Resets(":path of an authority", Pseudo(path: "other.example:80"), "path", "section 8.3.1"),
            Forwards("dot segments", Pseudo(path: "/a/../b/./c?d"), Target("/a/../b/./c?d"), "the visitor's exact path reaches the origin"),
            Forwards("double slashes", Pseudo(path: "//other.example/a"), Target("//other.example/a"), "section 8.3.1: an exact path"),
            Forwards("escapes", Pseudo(path: "/%7e%2F%2e?%zz"), Target("/%7e%2F%2e?%zz"), "the visitor's exact path reaches the origin"),
            Forwards("bytes from 0x80", Pseudo(path: "/d\u00e9"), Target("/d\u00e9"), "real visitors send them, origins understand them"),
            Answered(":path with a space", Pseudo(path: "/a b"), 400, "BadTarget", "RFC 9112 section 3.2: two readings"),
            Ends(":path with a line", Pseudo(path: "/ HTTP/1.1\r\nx: y"), "invalid", "RFC 9112 section 3: would be a line"),
            Ends(":path with NUL", Pseudo(path: "/a\0b"), "invalid", "C strings end there"),
            Answered(":path with a fragment", Pseudo(path: "/a#b"), 400, "BadTarget", "RFC 9112 section 3.2: has no place in a target"),
            Answered(":path with DEL", Pseudo(path: "/a\u007fb"), 400, "BadTarget", "RFC 9112 section 3.2"),
            Answered(":path past its limit", Pseudo(path: "/" + new string('a', 17_000)), 414, "TargetTooLong", "16 KiB, as over HTTP/1.1"),
        ];

    private static IEnumerable<Http2WireCase> Authorities =>
        [
            Forwards(
                "Host alone",
                [.. Without(":authority"), ("host", "HOST")],
                Line + "\r\n",
                "section 8.3.1: where there is no :authority"
            ),
            Forwards("Host that agrees", Get(("host", "HOST")), Line + "\r\n", "section 8.3.1: one host"),
            Forwards(
                "Host that disagrees",
                Get(("host", "other.example")),
                Line + "\r\n",
                "section 8.3.1: :authority is the host; Kestrel drops the other"
            ),
            Forwards("two Hosts beside :authority", Get(("host", "a.example"), ("host", "b.example")), Line + "\r\n", "the same"),
            Resets(
                "two Hosts alone",
                [.. Without(":authority"), ("host", "HOST"), ("host", "other.example")],
                "Invalid Host",
                "RFC 9112 section 3.2"
            ),
            Resets("user in :authority", Pseudo(authority: "a@HOST"), "Invalid Host", "section 8.3.1: none for http and https"),
            Resets("user and password in :authority", Pseudo(authority: "a:b@HOST"), "Invalid Host", "section 8.3.1"),
            Answered("empty :authority", Pseudo(authority: ""), 400, "BadHost", "nobody's"),
            Resets(":authority with a path", Pseudo(authority: "HOST/a"), "Invalid Host", "RFC 9110 section 7.2"),
            Ends(":authority with a line", Pseudo(authority: "HOST\r\nx: y"), "invalid", "would be a line"),
            Ends(":authority with NUL", Pseudo(authority: "HOST\0"), "invalid", "C strings end there"),
            Resets(":authority with a space", Pseudo(authority: "HOST b"), "Invalid Host", "RFC 9110 section 7.2"),
            Resets("listed :authority", Pseudo(authority: "HOST, other.example"), "Invalid Host", "RFC 9110 section 7.2"),
            Resets(":authority with a bad port", Pseudo(authority: "HOST:8o"), "Invalid Host", "RFC 3986 section 3.2.3"),
            Answered(":authority with too large a port", Pseudo(authority: "HOST:65536"), 400, "BadHost", "RFC 3986 section 3.2.3"),
            Answered(":authority with two dots", Pseudo(authority: "a..HOST"), 400, "BadHost", "RFC 1035 section 2.3.4"),
            Resets(":authority with an escape", Pseudo(authority: "%61.HOST"), "Invalid Host", "no host name on the web has one"),
        ];

    private static IEnumerable<Http2WireCase> Fields =>
        [
            Forwards(
                "te: trailers",
                Get(("te", "trailers")),
                Line + "TE: trailers\r\nConnection: TE\r\n\r\n",
                "section 8.2.2: the one that may be"
            ),
            Ends("te: gzip", Get(("te", "gzip")), "connection-specific", "section 8.2.2"),
            Ends("te: trailers, gzip", Get(("te", "trailers, gzip")), "connection-specific", "section 8.2.2"),
            Ends("connection", Get(("connection", "close")), "connection-specific", "section 8.2.2"),
            Ends("connection that names a field", Get(("connection", "x"), ("x", "y")), "connection-specific", "section 8.2.2"),
            Answered("transfer-encoding", Get(("transfer-encoding", "chunked")), 400, "ConnectionField", "section 8.2.2"),
            Answered("upgrade", Get(("upgrade", "h2c")), 400, "ConnectionField", "section 8.2.2"),
            Answered("keep-alive", Get(("keep-alive", "timeout=5")), 400, "ConnectionField", "section 8.2.2"),
            Answered("proxy-connection", Get(("proxy-connection", "close")), 400, "ConnectionField", "section 8.2.2"),
            Ends("name in capitals", Get(("X-A", "b")), "uppercase", "section 8.2.1"),
            Ends("empty name", Get(("", "b")), "header name", "section 8.2.1") with
            {
                Error = 9,
            },
            Answered("name with a space", Get(("a b", "c")), 400, "BadFieldName", "section 8.2.1"),
            Answered("name with a colon", Get(("a:b", "c")), 400, "BadFieldName", "section 8.2.1: would be another field"),
            Answered("name with a line", Get(("a: b\r\nc", "d")), 400, "BadFieldName", "section 8.2.1: would be a line"),
            Ends("name with NUL", Get(("a\0", "b")), "invalid", "section 8.2.1"),
            Ends("value with CR LF", Get(("a", "b\r\nc: d")), "invalid", "section 8.2.1: would be a line"),
            Ends("value with LF", Get(("a", "b\nc: d")), "invalid", "section 8.2.1"),
            Ends("value with CR", Get(("a", "b\rc")), "invalid", "section 8.2.1"),
            Ends("value with NUL", Get(("a", "b\0c")), "invalid", "section 8.2.1"),
            Answered("value with another control", Get(("a", "b\u0001c")), 400, "BadFieldValue", "RFC 9110 section 5.5"),
            Forwards(
                "value of bytes from 0x80",
                Get(("a", "\u00e4\u00ff")),
                Line + "a: \u00e4\u00ff\r\n\r\n",
                "RFC 9110 section 5.5: obs-text"
            ),
            Forwards(
                "cookies in pieces",
                Get(("cookie", "a=1"), ("cookie", "b=2")),
                Line + "Cookie: a=1; b=2\r\n\r\n",
                "section 8.2.3: joined"
            ),
            Forwards("a field twice", Get(("a", "b"), ("a", "c")), Line + "a: b\r\na: c\r\n\r\n", "RFC 9110 section 5.2"),
            Forwards("proxy", Get(("proxy", "http://x")), Line + "\r\n", "httpoxy: never reaches an origin"),
            Forwards(
                "http2-settings",
                Get(("http2-settings", "AAMAAABk")),
                Line + "\r\n",
                "RFC 7540 section 3.2.1: of an upgrade; dropped"
            ),
            Answered(
                "more fields than the limit",
                Get([.. Enumerable.Range(0, 201).Select(i => ($"x-{i}", "y"))]),
                431,
                "FieldsTooLarge",
                "200, as over HTTP/1.1"
            ),
            Answered(
                "fields past their limit",
                Get(("a", new string('b', 70_000)), ("c", new string('d', 70_000))),
                431,
                "FieldsTooLarge",
                "128 KiB, as over HTTP/1.1"
            ),
        ];

    private static IEnumerable<Http2WireCase> Bodies =>
        [
            Forwards(
                "body without a length",
                Post(),
                Chunked("\r\n5\r\nhello\r\n0\r\n\r\n"),
                "section 8.1.1: DATA has its own framing"
            ) with
            {
                Data = "hello",
            },
            Forwards("body with its length", Post(("content-length", "5")), Length("5") + "hello", "section 8.1.1") with
            {
                Data = "hello",
            },
            Forwards("length of 0 with an empty body", Post(("content-length", "0")), Length("0"), "section 8.1.1") with
            {
                Data = "",
            },
            CutOff("more than its length", Post(("content-length", "2")), "section 8.1.1: the rest would be the next request") with
            {
                Data = "GET /smuggled HTTP/1.1\r\n\r\n",
            },
            CutOff("less than its length", Post(("content-length", "9")), "section 8.1.1: would take the next request") with
            {
                Data = "hello",
            },
            Resets("length without a body", Post(("content-length", "5")), "", "section 8.1.1: the origin would wait for it"),
            Forwards(
                "length with plus",
                Post(("content-length", "+5")),
                Length("5") + "hello",
                "Kestrel reads 5; written anew it is 5"
            ) with
            {
                Data = "hello",
            },
            Ends("negative length", Post(("content-length", "-5")), "", "RFC 9110 section 8.6") with
            {
                Data = "hello",
            },
            Ends("listed length", Post(("content-length", "5, 5")), "", "RFC 9110 section 8.6") with
            {
                Data = "hello",
            },
            Ends("lengths that differ", Post(("content-length", "5"), ("content-length", "6")), "", "RFC 9110 section 8.6") with
            {
                Data = "hello",
            },
            Ends("the same length twice", Post(("content-length", "5"), ("content-length", "5")), "", "one too many") with
            {
                Data = "hello",
            },
            Ends("length in hexadecimal", Post(("content-length", "0x5")), "", "RFC 9110 section 8.6") with
            {
                Data = "hello",
            },
            Ends("empty length", Post(("content-length", "")), "", "RFC 9110 section 8.6") with
            {
                Data = "hello",
            },
            Ends("huge length", Post(("content-length", new string('9', 30))), "", "no counter holds it") with
            {
                Data = "hello",
            },
            Forwards("trailer", Post(), Chunked("\r\n5\r\nhello\r\n0\r\nx-sum: abc\r\n\r\n"), "section 8.1") with
            {
                Data = "hello",
                Trailers = [("x-sum", "abc")],
            },
            Ends("pseudo-header field in a trailer", Post(), "trailers contain", "section 8.1") with
            {
                Data = "hello",
                Trailers = [(":path", "/b")],
            },
        ];

    private static (string, string)[] Without(string name) => [.. Get().Where(field => field.Item1 != name)];

    private static string Target(string target) => $"GET {target} HTTP/1.1\r\nHost: HOST\r\n\r\n";

    private static string Length(string length) => $"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: {length}\r\n\r\n";

    private static string Chunked(string rest) => $"POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n{rest}";

    private static Http2WireCase CutOff(string name, (string, string)[] fields, string why) => new(name, fields, Http2Outcome.CutOff, why);
}
