using static Holdfast.Http.Messages.MessageFault;
using static Holdfast.Http.Tests.Corpus.RequestCase;

namespace Holdfast.Http.Tests.Corpus;

/// <summary>Where a request's body ends: Content-Length and Transfer-Encoding (RFC 9112 section 6).</summary>
internal static class RequestFramingCases
{
    public static IReadOnlyList<RequestCase> All { get; } =
    [
        Reads("no body", Post(""), "POST / (example.com) keep", "RFC 9112 section 6.3"),
        Reads("length", Post("Content-Length: 5\r\n") + "hello", "POST / (example.com) length=5 keep", "RFC 9112 section 6.2"),
        Reads("length of zero", Post("Content-Length: 0\r\n"), "POST / (example.com) keep", "nothing follows"),
        Reads(
            "GET with a body",
            Get("Content-Length: 5\r\n") + "hello",
            "GET / (example.com) length=5 keep",
            "RFC 9110 section 9.3.1: it frames all the same"
        ),
        Reads(
            "length with leading zeros",
            Post("Content-Length: 0005\r\n"),
            "POST / (example.com) length=5 keep",
            "RFC 9110 section 8.6: 1*DIGIT; goes on as 5"
        ),
        Reads(
            "length of 18 digits",
            Post("Content-Length: 999999999999999999\r\n"),
            "POST / (example.com) length=999999999999999999 keep",
            "limit"
        ),
        Bad("length of 19 digits", "1000000000000000000", "limit + 1: near where counters wrap"),
        Bad("length of 2^64 and a bit", "18446744073709551621", "wraps to 5 in 64 bits"),
        Bad("huge length", new string('9', 400), "no counter holds it"),
        Bad("length with plus", "+5", "RFC 9110 section 8.6: 1*DIGIT"),
        Bad("length with minus", "-5", "RFC 9110 section 8.6"),
        Bad("length of minus zero", "-0", "RFC 9110 section 8.6"),
        Bad("hexadecimal length", "0x5", "some parsers take it"),
        Bad("length with letters", "5a", "some parsers stop at the letter"),
        Bad("length with a space", "5 5", "RFC 9110 section 8.6"),
        Bad("length with an underscore", "1_0", "some parsers take it"),
        Bad("length with a fraction", "5.0", "RFC 9110 section 8.6"),
        Bad("length with an exponent", "1e1", "RFC 9110 section 8.6"),
        Bad("empty length", "", "RFC 9110 section 8.6"),
        Bad("listed length", "5, 5", "RFC 9110 section 8.6: may be refused; it is the safe one of the two"),
        Bad("listed lengths that differ", "5, 6", "RFC 9112 section 6.3"),
        Bad("length with a comma", "5,", "RFC 9110 section 8.6"),
        Bad("length in quotes", "\"5\"", "RFC 9110 section 8.6"),
        Bad("length in other digits", "\u00b2\u00b3", "superscripts are digits to some libraries"),
        Refused("the same length twice", Post("Content-Length: 5\r\nContent-Length: 5\r\n"), BadContentLength, "RFC 9112 section 6.3"),
        Refused("two lengths", Post("Content-Length: 5\r\nContent-Length: 6\r\n"), BadContentLength, "RFC 9112 section 6.3"),
        Refused("a length and a bad one", Post("Content-Length: 5\r\ncontent-length: x\r\n"), BadContentLength, "RFC 9112 section 6.3"),
        Reads("chunked", Post("Transfer-Encoding: chunked\r\n"), "POST / (example.com) chunked keep", "RFC 9112 section 6.1"),
        Reads(
            "chunked in capitals",
            Post("TRANSFER-ENCODING: CHUNKED\r\n"),
            "POST / (example.com) chunked keep",
            "RFC 9112 section 7: case-insensitive; goes on in lower case"
        ),
        Reads(
            "chunked with space around",
            Post("Transfer-Encoding: \t chunked \t\r\n"),
            "POST / (example.com) chunked keep",
            "OWS; goes on without"
        ),
        Refused(
            "CL then TE",
            Post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
            LengthAndTransferEncoding,
            "RFC 9112 section 6.1: CL.TE"
        ),
        Refused(
            "TE then CL",
            Post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
            LengthAndTransferEncoding,
            "RFC 9112 section 6.1: TE.CL"
        ),
        Refused("CL of zero and TE", Post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"), LengthAndTransferEncoding, "CL.0"),
        Refused(
            "CL and an unknown TE",
            Post("Content-Length: 5\r\nTransfer-Encoding: x\r\n"),
            LengthAndTransferEncoding,
            "RFC 9112 section 6.1"
        ),
        Refused(
            "chunked twice in two lines",
            Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
            BadTransferEncoding,
            "RFC 9112 section 6.1: once"
        ),
        Refused(
            "chunked and identity in two lines",
            Post("Transfer-Encoding: chunked\r\nTransfer-encoding: identity\r\n"),
            BadTransferEncoding,
            "TE.TE: servers take the first or the last"
        ),
        Refused(
            "chunked twice in a list",
            Post("Transfer-Encoding: chunked, chunked\r\n"),
            BadTransferEncoding,
            "RFC 9112 section 6.1: once"
        ),
        Refused(
            "chunked is not last",
            Post("Transfer-Encoding: chunked, gzip\r\n"),
            BadTransferEncoding,
            "RFC 9112 section 6.3: no end can be told"
        ),
        Refused("gzip alone", Post("Transfer-Encoding: gzip\r\n"), BadTransferEncoding, "RFC 9112 section 6.3"),
        Refused("gzip, chunked", Post("Transfer-Encoding: gzip, chunked\r\n"), UnsupportedTransferEncoding, "RFC 9112 section 6.1: 501"),
        Refused("identity", Post("Transfer-Encoding: identity\r\n"), BadTransferEncoding, "RFC 9112 section 7 has it no more"),
        Refused("empty TE", Post("Transfer-Encoding:\r\n"), BadTransferEncoding, "some ignore it"),
        Refused(
            "chunked with a comma before",
            Post("Transfer-Encoding: ,chunked\r\n"),
            UnsupportedTransferEncoding,
            "list forms are read in two ways"
        ),
        Refused(
            "chunked with a comma behind",
            Post("Transfer-Encoding: chunked,\r\n"),
            BadTransferEncoding,
            "list forms are read in two ways"
        ),
        Refused(
            "chunked with a parameter",
            Post("Transfer-Encoding: chunked;q=1\r\n"),
            BadTransferEncoding,
            "RFC 9112 section 7: it has none"
        ),
        Refused("chunked in quotes", Post("Transfer-Encoding: \"chunked\"\r\n"), BadTransferEncoding, "RFC 9112 section 7"),
        Refused("xchunked", Post("Transfer-Encoding: xchunked\r\n"), UnsupportedTransferEncoding, "some look for the word anywhere"),
        Refused("chunkedx", Post("Transfer-Encoding: chunkedx\r\n"), BadTransferEncoding, "some look for the word anywhere"),
        Refused("chunked behind a vertical tab", Post("Transfer-Encoding: \u000bchunked\r\n"), BadFieldValue, "some skip it"),
        Refused("chunked with a NUL", Post("Transfer-Encoding: chunked\0\r\n"), BadFieldValue, "C strings end there"),
        Refused(
            "TE in HTTP/1.0",
            "POST / HTTP/1.0\r\nHost: example.com\r\nTransfer-Encoding: chunked\r\n\r\n",
            BadTransferEncoding,
            "RFC 9112 section 6.1: faulty framing"
        ),
        Reads("length in HTTP/1.0", "POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\n", "POST / () 1.0 length=5 close", "RFC 9112 section 6.2"),
        Reads(
            "Transfer_Encoding",
            Post("Transfer_Encoding: chunked\r\n"),
            "POST / (example.com) keep",
            "another field; CGI-style servers fold the names, the edge's owner may strip it"
        ),
    ];

    private static RequestCase Bad(string name, string value, string why) =>
        Refused(name, Post($"Content-Length: {value}\r\n"), BadContentLength, why);
}
