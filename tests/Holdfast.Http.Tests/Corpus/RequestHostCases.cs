using static Holdfast.Http.Messages.MessageFault;
using static Holdfast.Http.Tests.Corpus.RequestCase;

namespace Holdfast.Http.Tests.Corpus;

/// <summary>Host: there, once, and a name or an address.</summary>
internal static class RequestHostCases
{
    private static readonly string LongestName = string.Join('.', Enumerable.Repeat(new string('a', 49), 5)) + ".com";

    public static IReadOnlyList<RequestCase> All { get; } =
    [
        Host("name with a port", "example.com:8080"),
        Host("empty port", "example.com:"),
        Host("last port", "example.com:65535"),
        Host("trailing dot", "example.com."),
        Host("capitals", "EXAMPLE.Com"),
        Host("punycode", "xn--bcher-kva.example"),
        Host("underscore", "_acme.example.com"),
        Host("IPv4 address", "192.0.2.1:80"),
        Host("IPv6 address", "[2001:db8::1]"),
        Host("IPv6 address with a port", "[2001:db8::1]:443"),
        Host("IPv6 address with an IPv4 tail", "[::ffff:192.0.2.1]"),
        Host("name of 253 bytes", LongestName),
        Host("name of 253 bytes and a trailing dot", LongestName + "."),
        Bad("name of 254 bytes", "a" + LongestName),
        Bad("empty Host", ""),
        Bad("dot alone", "."),
        Bad("leading dot", ".example.com"),
        Bad("empty label", "example..com"),
        Bad("port alone", ":80"),
        Bad("port too large", "example.com:65536"),
        Bad("port with a sign", "example.com:+80"),
        Bad("port of six digits", "example.com:000080"),
        Bad("two ports", "example.com:80:90"),
        Bad("port that is a name", "example.com:http"),
        Bad("path in the Host", "example.com/a"),
        Bad("user in the Host", "user@example.com"),
        Bad("space in the Host", "example.com evil.example"),
        Bad("tab in the Host", "example.com\tevil.example"),
        Bad("listed Hosts", "example.com, evil.example"),
        Bad("query in the Host", "example.com?a"),
        Bad("escape in the Host", "ex%61mple.com"),
        Bad("byte above ASCII in the Host", "ex\u00e4mple.com"),
        Bad("scheme in the Host", "http://example.com"),
        Bad("IPv6 address without brackets", "2001:db8::1"),
        Bad("open bracket", "[2001:db8::1"),
        Bad("text behind the bracket", "[2001:db8::1]evil"),
        Bad("two gaps in an IPv6 address", "[2001::db8::1]"),
        Bad("colons alone in brackets", "[:::]"),
        Bad("zone identifier", "[fe80::1%25eth0]"),
        Bad("name in brackets", "[example.com]"),
        Refused("no Host", "GET / HTTP/1.1\r\n\r\n", NoHost, "RFC 9112 section 3.2"),
        Refused("no Host, other fields", "GET / HTTP/1.1\r\nX-Host: example.com\r\n\r\n", NoHost, "RFC 9112 section 3.2"),
        Refused("no Host with absolute-form", "GET http://example.com/ HTTP/1.1\r\n\r\n", NoHost, "RFC 9112 section 3.2"),
        Refused("two Hosts", Get("Host: evil.example\r\n"), SeveralHosts, "RFC 9112 section 3.2"),
        Refused("the same Host twice", Get("host: example.com\r\n"), SeveralHosts, "RFC 9112 section 3.2: more than one line"),
        Refused("a second, empty Host", Get("Host:\r\n"), SeveralHosts, "RFC 9112 section 3.2"),
        Refused(
            "two Hosts in HTTP/1.0",
            "GET / HTTP/1.0\r\nHost: a.example\r\nHost: b.example\r\n\r\n",
            SeveralHosts,
            "RFC 9112 section 3.2"
        ),
        Reads("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", "GET / () 1.0 close", "RFC 9112 section 3.2: only 1.1 must have one"),
        Reads(
            "Host in capitals, last",
            "GET / HTTP/1.1\r\nA: b\r\nHOST: example.com\r\n\r\n",
            "GET / (example.com) keep",
            "RFC 9110 section 5.1"
        ),
    ];

    private static RequestCase Host(string name, string host) =>
        Reads("Host: " + name, $"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n", $"GET / ({host}) keep", "RFC 3986 section 3.2.2");

    private static RequestCase Bad(string name, string host) =>
        Refused(
            "Host: " + name,
            $"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n",
            BadHost,
            "RFC 9112 section 3.2: invalid; servers cut it differently"
        );
}
