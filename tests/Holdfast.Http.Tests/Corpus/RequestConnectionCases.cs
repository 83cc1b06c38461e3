using static Holdfast.Http.Messages.MessageFault;
using static Holdfast.Http.Tests.Corpus.RequestCase;

namespace Holdfast.Http.Tests.Corpus;

/// <summary>Connection, Upgrade and Expect.</summary>
internal static class RequestConnectionCases
{
    public static IReadOnlyList<RequestCase> All { get; } =
    [
        Reads("close", Get("Connection: close\r\n"), "GET / (example.com) close", "RFC 9112 section 9.6"),
        Reads("close in a list", Get("Connection: x, Close ,y\r\n"), "GET / (example.com) close", "RFC 9110 section 7.6.1"),
        Reads("close in a second line", Get("Connection: keep-alive\r\nConnection: close\r\n"), "GET / (example.com) close", "close wins"),
        Reads("closed is not close", Get("Connection: closed\r\n"), "GET / (example.com) keep", "whole tokens"),
        Reads("empty Connection", Get("Connection: , ,\r\n"), "GET / (example.com) keep", "RFC 9110 section 5.6.1.2"),
        Reads("HTTP/1.0 with keep-alive", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET / () 1.0 keep", "RFC 9112 section 9.3"),
        Reads("HTTP/1.0 with both", "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", "GET / () 1.0 close", "close wins"),
        Reads(
            "WebSocket",
            Get("Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"),
            "GET / (example.com) keep upgrade",
            "RFC 9110 section 7.8"
        ),
        Reads("Upgrade that Connection does not name", Get("Upgrade: websocket\r\n"), "GET / (example.com) keep", "RFC 9110 section 7.8"),
        Reads("upgrade without Upgrade", Get("Connection: upgrade\r\n"), "GET / (example.com) keep", "RFC 9110 section 7.8"),
        Reads(
            "Upgrade in HTTP/1.0",
            "GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
            "GET / () 1.0 close",
            "RFC 9110 section 7.8: ignored"
        ),
        Reads(
            "expectation",
            Post("Content-Length: 5\r\nExpect: 100-Continue\r\n"),
            "POST / (example.com) length=5 keep expect",
            "RFC 9110 section 10.1.1: case-insensitive"
        ),
        Reads("expectation without a body", Post("Expect: 100-continue\r\n"), "POST / (example.com) keep", "RFC 9110 section 10.1.1"),
        Reads(
            "expectation in HTTP/1.0",
            "POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
            "POST / () 1.0 length=5 close",
            "RFC 9110 section 10.1.1: ignored"
        ),
        Refused("another expectation", Post("Expect: a=b\r\n"), UnknownExpectation, "RFC 9110 section 10.1.1: 417"),
        Refused("two expectations", Post("Expect: 100-continue\r\nExpect: 100-continue\r\n"), UnknownExpectation, "one has one reading"),
    ];
}
