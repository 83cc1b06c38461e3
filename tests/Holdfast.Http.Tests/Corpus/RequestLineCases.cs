using static Holdfast.Http.Messages.MessageFault;
using static Holdfast.Http.Tests.Corpus.RequestCase;

namespace Holdfast.Http.Tests.Corpus;

/// <summary>Request lines: method, target, version, line ends.</summary>
internal static class RequestLineCases
{
    private const string Host = "Host: example.com\r\n\r\n";

    public static IReadOnlyList<RequestCase> All { get; } =
    [
        Reads("plain GET", "GET / HTTP/1.1\r\n" + Host, "GET / (example.com) keep", "RFC 9112 section 3"),
        Reads("query", "GET /a?b=c&d HTTP/1.1\r\n" + Host, "GET /a?b=c&d (example.com) keep", "RFC 9112 section 3.2.1"),
        Reads("dot segments stay", "GET /a/../b/./c HTTP/1.1\r\n" + Host, "GET /a/../b/./c (example.com) keep", "the exact path goes on"),
        Reads(
            "escapes stay",
            "GET /%2e%2E/%00?%zz HTTP/1.1\r\n" + Host,
            "GET /%2e%2E/%00?%zz (example.com) keep",
            "the exact path goes on"
        ),
        Reads(
            "double slash stays",
            "GET //evil.example/ HTTP/1.1\r\n" + Host,
            "GET //evil.example/ (example.com) keep",
            "an origin-form path, no authority"
        ),
        Reads(
            "bytes from 0x80 in the target",
            "GET /caf\u00e9 HTTP/1.1\r\n" + Host,
            "GET /caf\u00e9 (example.com) keep",
            "real visitors send them; nobody ends a target there"
        ),
        Reads(
            "unsafe ASCII in the target",
            "GET /{a|b}\\^`\"<> HTTP/1.1\r\n" + Host,
            "GET /{a|b}\\^`\"<> (example.com) keep",
            "browsers send some of them in queries"
        ),
        Reads("another method", "PROPFIND /x HTTP/1.1\r\n" + Host, "PROPFIND /x (example.com) keep", "RFC 9110 section 9.1: any token"),
        Reads(
            "method in lower case",
            "get / HTTP/1.1\r\n" + Host,
            "get / (example.com) keep",
            "RFC 9110 section 9.1: case-sensitive, a method of its own"
        ),
        Reads("method of 32 bytes", new string('M', 32) + " / HTTP/1.1\r\n" + Host, new string('M', 32) + " / (example.com) keep", "limit"),
        Refused("method of 33 bytes", new string('M', 33) + " / HTTP/1.1\r\n" + Host, BadMethod, "limit + 1"),
        Refused("method with a bracket", "GE[T / HTTP/1.1\r\n" + Host, BadMethod, "RFC 9110 section 9.1: a token"),
        Refused("method with a NUL", "GE\0T / HTTP/1.1\r\n" + Host, BadMethod, "RFC 9110 section 9.1"),
        Refused("method with a colon", "GET: / HTTP/1.1\r\n" + Host, BadMethod, "a field line where the request line should be"),
        Refused("no method", " / HTTP/1.1\r\n" + Host, BadMethod, "RFC 9112 section 3"),
        Refused(
            "tab behind the method",
            "GET\t/ HTTP/1.1\r\n" + Host,
            BadMethod,
            "RFC 9112 section 3: SP; lenient splitting differs between servers"
        ),
        Refused("tab behind the target", "GET /\tHTTP/1.1\r\n" + Host, BadStartLine, "RFC 9112 section 3: SP"),
        Refused("two spaces before the target", "GET  / HTTP/1.1\r\n" + Host, BadTarget, "RFC 9112 section 3: a single SP"),
        Refused("two spaces before the version", "GET /  HTTP/1.1\r\n" + Host, BadStartLine, "RFC 9112 section 3: a single SP"),
        Refused("space in the target", "GET /a b HTTP/1.1\r\n" + Host, BadStartLine, "RFC 9112 section 3.2: never repaired"),
        Refused("space behind the version", "GET / HTTP/1.1 \r\n" + Host, BadStartLine, "RFC 9112 section 3"),
        Refused("space before the method", " GET / HTTP/1.1\r\n" + Host, BadMethod, "RFC 9112 section 2.2"),
        Refused(
            "TLS hello on the plain port",
            "\u0016\u0003\u0001\u0002\0\u0001\0",
            BadMethod,
            "refused at its first byte, not after a time-out"
        ),
        Refused("HTTP/0.9", "GET /\r\n", BadStartLine, "no version; told at the line's end, since no field follows"),
        Refused("HTTP/0.9 with fields", "GET /\r\n" + Host, BadStartLine, "the same, or the body could be a second request"),
        Refused("HTTP/0.9 by name", "GET / HTTP/0.9\r\n" + Host, UnsupportedVersion, "RFC 9112 section 2.3"),
        Refused("HTTP/1.2", "GET / HTTP/1.2\r\n" + Host, UnsupportedVersion, "RFC 9112 section 2.3: not one that is spoken here"),
        Refused(
            "HTTP/2 preface",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            UnsupportedVersion,
            "RFC 9113 section 3.4, on a connection that agreed on HTTP/1.1"
        ),
        Refused("version in lower case", "GET / http/1.1\r\n" + Host, BadStartLine, "RFC 9112 section 2.3: case-sensitive"),
        Refused("version with two digits", "GET / HTTP/1.10\r\n" + Host, BadStartLine, "RFC 9112 section 2.3: one digit"),
        Refused("version with a sign", "GET / HTTP/+1.1\r\n" + Host, BadStartLine, "RFC 9112 section 2.3"),
        Refused("no target and no version", "GET\r\n" + Host, BadStartLine, "RFC 9112 section 3"),
        Refused("fragment", "GET /a#b HTTP/1.1\r\n" + Host, BadTarget, "RFC 9112 section 3.2: servers cut it in different places"),
        Refused("NUL in the target", "GET /a\0b HTTP/1.1\r\n" + Host, BadTarget, "C strings end there"),
        Refused("DEL in the target", "GET /a\u007fb HTTP/1.1\r\n" + Host, BadTarget, "a control character"),
        Refused("CR in the target", "GET /a\rb HTTP/1.1\r\n" + Host, BadTarget, "RFC 9112 section 2.2"),
        Refused("target without a slash", "GET a HTTP/1.1\r\n" + Host, BadTarget, "RFC 9112 section 3.2: in no form"),
        Refused("authority-form without CONNECT", "GET example.com:80 HTTP/1.1\r\n" + Host, BadTarget, "RFC 9112 section 3.2.3"),
        Refused("CONNECT", "CONNECT example.com:443 HTTP/1.1\r\n" + Host, MethodNotAllowed, "RFC 9110 section 9.3.6: an edge is no tunnel"),
        Refused("CONNECT with a path", "CONNECT / HTTP/1.1\r\n" + Host, MethodNotAllowed, "RFC 9110 section 9.3.6"),
        Refused("TRACE", "TRACE / HTTP/1.1\r\n" + Host, MethodNotAllowed, "RFC 9110 section 9.3.8: it echoes credentials"),
        Reads("OPTIONS *", "OPTIONS * HTTP/1.1\r\n" + Host, "OPTIONS * (example.com) keep", "RFC 9112 section 3.2.4"),
        Refused("GET *", "GET * HTTP/1.1\r\n" + Host, BadTarget, "RFC 9112 section 3.2.4: OPTIONS alone"),
        Reads("absolute-form", "GET http://example.com/a?b HTTP/1.1\r\n" + Host, "GET /a?b (example.com) keep", "RFC 9112 section 3.2.2"),
        Reads(
            "absolute-form in capitals",
            "GET HTTP://EXAMPLE.com/ HTTP/1.1\r\n" + Host,
            "GET / (example.com) keep",
            "RFC 3986 section 6.2.2.1"
        ),
        Reads(
            "absolute-form with https",
            "GET https://example.com/ HTTP/1.1\r\n" + Host,
            "GET / (example.com) keep",
            "the connection says what it is, not the target"
        ),
        Reads(
            "absolute-form without a path",
            "GET http://example.com HTTP/1.1\r\n" + Host,
            "GET / (example.com) keep",
            "RFC 9112 section 3.2.1: an empty path is /"
        ),
        Reads(
            "OPTIONS for a server",
            "OPTIONS http://example.com HTTP/1.1\r\n" + Host,
            "OPTIONS * (example.com) keep",
            "RFC 9112 section 3.2.4"
        ),
        Reads(
            "OPTIONS for its root",
            "OPTIONS http://example.com/ HTTP/1.1\r\n" + Host,
            "OPTIONS / (example.com) keep",
            "RFC 9112 section 3.2.4"
        ),
        Refused(
            "absolute-form without a path, with a query",
            "GET http://example.com?a HTTP/1.1\r\n" + Host,
            BadTarget,
            "no origin-form says the same"
        ),
        Refused(
            "absolute-form that disagrees",
            "GET http://evil.example/ HTTP/1.1\r\n" + Host,
            HostDisagrees,
            "RFC 9112 section 3.2.2: two servers choose two hosts"
        ),
        Refused(
            "absolute-form with another port",
            "GET http://example.com:81/ HTTP/1.1\r\n" + Host,
            HostDisagrees,
            "RFC 9112 section 3.2.2"
        ),
        Refused(
            "absolute-form with a user",
            "GET http://example.com@evil.example/ HTTP/1.1\r\n" + Host,
            BadTarget,
            "RFC 9110 section 4.2.4"
        ),
        Refused("absolute-form without a host", "GET http:///a HTTP/1.1\r\n" + Host, BadTarget, "RFC 9110 section 4.2.1"),
        Refused(
            "absolute-form with a backslash",
            "GET http://example.com\\@evil.example/ HTTP/1.1\r\n" + Host,
            BadTarget,
            "browsers and servers split it differently"
        ),
        Refused("another scheme", "GET ftp://example.com/ HTTP/1.1\r\n" + Host, BadTarget, "no proxy for that"),
        Reads(
            "absolute-form in HTTP/1.0 without Host",
            "GET http://example.com/ HTTP/1.0\r\n\r\n",
            "GET / (example.com) 1.0 close",
            "RFC 9112 section 3.2.2"
        ),
        Refused("LF alone behind the request line", "GET / HTTP/1.1\n" + Host, BareLineFeed, "RFC 9112 section 2.2: others read on"),
        Refused("LF alone everywhere", "GET / HTTP/1.1\nHost: example.com\n\n", BareLineFeed, "RFC 9112 section 2.2"),
        Refused("CR CR LF behind the request line", "GET / HTTP/1.1\r\r\n" + Host, BadStartLine, "RFC 9112 section 2.2: a bare CR"),
        Refused("CR instead of CR LF", "GET / HTTP/1.1\rHost: example.com\r\r\n\r\n", BadStartLine, "RFC 9112 section 2.2"),
        Reads("one empty line before", "\r\nGET / HTTP/1.1\r\n" + Host, "GET / (example.com) keep", "RFC 9112 section 2.2"),
        Refused("two empty lines before", "\r\n\r\nGET / HTTP/1.1\r\n" + Host, BadStartLine, "old clients send one"),
        Refused("LF before", "\nGET / HTTP/1.1\r\n" + Host, BareLineFeed, "RFC 9112 section 2.2"),
        Waits("nothing", "", "nothing came"),
        Waits("half a line", "GET /a", "not whole"),
        Waits("CR without its LF", "GET / HTTP/1.1\r", "not whole"),
        Waits("a line alone", "GET / HTTP/1.1\r\n", "not whole"),
        Waits("no empty line yet", "GET / HTTP/1.1\r\nHost: example.com\r\n", "not whole"),
    ];
}
