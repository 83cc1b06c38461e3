using Holdfast.Http.Messages;

namespace Holdfast.Http.Tests.Corpus;

/// <summary>Chunked bodies (RFC 9112 section 7.1), good and bad; the same for visitors and origins.</summary>
internal static class ChunkedCorpus
{
    private static readonly MessageLimits Small = new()
    {
        ChunkExtensionBytes = 8,
        ChunkExtensionBytesPerBody = 20,
        TrailerBytes = 32,
        FieldCount = 3,
    };

    public static IReadOnlyList<ChunkedCase> All { get; } =
    [
        new("one chunk", "5\r\nhello\r\n0\r\n\r\n", "End hello", "section 7.1"),
        new("nothing", "0\r\n\r\n", "End ", "section 7.1"),
        new("two chunks", "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "End hello", "section 7.1"),
        new("next request behind", "0\r\n\r\nGET", "End  rest=3", "not this body's"),
        new("capitals and leading zeros", "00A\r\n0123456789\r\n000\r\n\r\n", "End 0123456789", "section 7.1: 1*HEXDIG"),
        new("chunk that looks like framing", "7\r\n0\r\n\r\n\r\n\r\n0\r\n\r\n", "End 0\r\n\r\n\r\n", "data is counted, never searched"),
        new("size of 15 digits", "00000000000000f\r\n0123456789abcde\r\n0\r\n\r\n", "End 0123456789abcde", "limit"),
        new("size of 16 digits", "000000000000000f\r\n", "Refused BadChunkSize", "limit + 1"),
        new("largest size", "fffffffffffffff\r\nabc", "NeedsMore abc", "fits 63 bits; the body's limit ends it"),
        new("size that wraps", "10000000000000005\r\nhello\r\n0\r\n\r\n", "Refused BadChunkSize", "5 in 64 bits"),
        new("no size", "\r\nhello\r\n", "Refused BadChunkSize", "section 7.1"),
        new("no size, an extension", ";a\r\nhello\r\n", "Refused BadChunkSize", "section 7.1"),
        new("size with 0x", "0x5\r\nhello\r\n0\r\n\r\n", "Refused BadChunkSize", "0, or 5 to some libraries"),
        new("size with a minus", "-5\r\nhello\r\n", "Refused BadChunkSize", "section 7.1"),
        new("size with a plus", "+5\r\nhello\r\n", "Refused BadChunkSize", "section 7.1"),
        new("size with a letter", "5g\r\nhello\r\n", "Refused BadChunkSize", "section 7.1"),
        new("size with an underscore", "1_0\r\n", "Refused BadChunkSize", "some libraries take it"),
        new("space before the size", " 5\r\nhello\r\n", "Refused BadChunkSize", "section 7.1"),
        new("space behind the size", "5 \r\nhello\r\n", "Refused BadChunkSize", "section 7.1.1: BWS only before an extension"),
        new(
            "space before the extension",
            "5 ;a\r\nhello\r\n",
            "Refused BadChunkSize",
            "section 7.1.1: bad white space, and nobody needs it"
        ),
        new("size with a NUL", "5\0\r\nhello\r\n", "Refused BadChunkSize", "C strings end there"),
        new("size ends in LF", "5\nhello\r\n0\r\n\r\n", "Refused BadChunkSize", "section 2.2: TERM.CHUNK"),
        new("size ends in CR", "5\rhello\r\n0\r\n\r\n", "Refused BadChunkSize", "section 2.2"),
        new("size ends in CR CR LF", "5\r\r\nhello\r\n0\r\n\r\n", "Refused BadChunkSize", "section 2.2"),
        new("extension", "5;a=b;c=\"d\"\r\nhello\r\n0;last\r\n\r\n", "End hello", "section 7.1.1: dropped"),
        new("empty extension", "5;\r\nhello\r\n0\r\n\r\n", "End hello", "dropped, so it has one reading"),
        new(
            "extension ends in LF",
            "5;a\nhello\r\n0\r\n\r\n",
            "Refused BadChunkExtension",
            "TERM.EXT: some end the line there, some don't"
        ),
        new("CR in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n", "Refused BadChunkSize", "section 2.2: EXT.TERM"),
        new("NUL in an extension", "5;a\0\r\nhello\r\n", "Refused BadChunkExtension", "a control character"),
        new("DEL in an extension", "5;a\u007f\r\nhello\r\n", "Refused BadChunkExtension", "a control character"),
        new("bytes from 0x80 and tab in an extension", "5;\t\u00e4\r\nhello\r\n0\r\n\r\n", "End hello", "dropped"),
        new("extension at its limit", "5;12345678\r\nhello\r\n0\r\n\r\n", "End hello", "limit") { Limits = Small },
        new("extension past its limit", "5;123456789\r\nhello\r\n", "Refused BadChunkExtension", "limit + 1") { Limits = Small },
        new("extensions at their limit", "1;12345678\r\na\r\n1;12345678\r\nb\r\n1;1234\r\nc\r\n0\r\n\r\n", "End abc", "limit of a body")
        {
            Limits = Small,
        },
        new(
            "extensions past their limit",
            "1;12345678\r\na\r\n1;12345678\r\nb\r\n1;12345\r\nc\r\n",
            "Refused BadChunkExtension",
            "limit of a body + 1"
        )
        {
            Limits = Small,
        },
        new("extension of 256 bytes", $"5;{new string('a', 256)}\r\nhello\r\n0\r\n\r\n", "End hello", "the default limit"),
        new("extension of 257 bytes", $"5;{new string('a', 257)}\r\nhello\r\n", "Refused BadChunkExtension", "the default limit + 1"),
        new("no CR LF behind the data", "5\r\nhello0\r\n\r\n", "Refused BadChunkEnd", "section 7.1: the sizes disagree"),
        new("LF behind the data", "5\r\nhello\n0\r\n\r\n", "Refused BadChunkEnd", "SPILL.TERM"),
        new("CR behind the data", "5\r\nhello\r0\r\n\r\n", "Refused BadChunkEnd", "section 2.2"),
        new("two bytes instead of CR LF", "5\r\nhelloXX0\r\n\r\n", "Refused BadChunkEnd", "some skip two bytes"),
        new("chunk too short", "6\r\nhello\r\n0\r\n\r\n", "Refused BadChunkEnd", "section 7.1"),
        new("cut in the size", "5", "NeedsMore ", "not whole"),
        new("cut in the data", "5\r\nhel", "NeedsMore hel", "not whole"),
        new("cut before the last chunk", "5\r\nhello\r\n", "NeedsMore hello", "not whole"),
        new("cut before the empty line", "5\r\nhello\r\n0\r\n", "NeedsMore hello", "not whole: no end without it"),
        new("trailer", "0\r\nX-Sum: abc\r\nY:\r\n\r\n", "End  [X-Sum=abc|Y=]", "section 7.1.2"),
        new("trailer ends in LF", "0\r\nX: a\n\r\n", "Refused BareLineFeed", "section 2.2"),
        new("empty line of LF", "0\r\n\n", "Refused BareLineFeed", "section 2.2"),
        new(
            "trailer without a colon",
            "0\r\nGET / HTTP/1.1\r\nHost a\r\n\r\n",
            "Refused BadTrailer",
            "a request where the trailer should be"
        ),
        new("trailer with space before the colon", "0\r\nX : a\r\n\r\n", "Refused BadTrailer", "section 5.1"),
        new("folded trailer", "0\r\nX: a\r\n b\r\n\r\n", "Refused BadTrailer", "section 5.2"),
        new("NUL in a trailer", "0\r\nX: a\0\r\n\r\n", "Refused BadTrailer", "RFC 9110 section 5.5"),
        new("CR in a trailer", "0\r\nX: a\rb\r\n\r\n", "Refused BadTrailer", "section 2.2"),
        Forbidden("Content-Length: 5"),
        Forbidden("transfer-encoding: chunked"),
        Forbidden("Host: evil.example"),
        Forbidden("Connection: close"),
        Forbidden("Upgrade: h2c"),
        Forbidden("TE: trailers"),
        Forbidden("Trailer: X"),
        Forbidden("Authorization: Basic x"),
        Forbidden("Set-Cookie: a=b"),
        Forbidden("Content-Encoding: gzip"),
        Forbidden("Cache-Control: public"),
        Forbidden("X-Forwarded-For: 192.0.2.1"),
        Forbidden("CF-Connecting-IP: 192.0.2.1"),
        new("trailer section at its limit", $"0\r\nX: {new string('a', 25)}\r\n\r\n", $"End  [X={new string('a', 25)}]", "limit")
        {
            Limits = Small,
        },
        new("trailer section past its limit", $"0\r\nX: {new string('a', 26)}\r\n\r\n", "Refused BadTrailer", "limit + 1")
        {
            Limits = Small,
        },
        new("endless trailer", "0\r\nX: " + new string('a', 100), "Refused BadTrailer", "told before its end") { Limits = Small },
        new("trailer fields at their limit", "0\r\nA:\r\nB:\r\nC:\r\n\r\n", "End  [A=|B=|C=]", "limit") { Limits = Small },
        new("trailer fields past their limit", "0\r\nA:\r\nB:\r\nC:\r\nD:\r\n\r\n", "Refused BadTrailer", "limit + 1") { Limits = Small },
    ];

    public static ChunkedCase Find(string name) => All.Single(c => c.Name == name);

    private static ChunkedCase Forbidden(string field) =>
        new(
            "trailer " + field,
            $"0\r\n{field}\r\n\r\n",
            "Refused BadTrailer",
            "RFC 9110 section 6.5.1: frames, routes, authenticates or steers caches"
        );
}
