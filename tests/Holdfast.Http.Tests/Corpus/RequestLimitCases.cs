using Holdfast.Http.Messages;
using static Holdfast.Http.Messages.MessageFault;
using static Holdfast.Http.Tests.Corpus.RequestCase;

namespace Holdfast.Http.Tests.Corpus;

/// <summary>Each limit of a request's head, at the limit and one past it. Small ones, so that feeding byte by byte stays quick.</summary>
internal static class RequestLimitCases
{
    private static readonly MessageLimits Small = new()
    {
        StartLineBytes = 64,
        FieldsBytes = 128,
        FieldCount = 4,
    };

    public static IReadOnlyList<RequestCase> All { get; } =
    [
        Limited(Reads("request line at its limit", Line(64), $"GET /{Filler(64)} (a) keep", "limit")),
        Limited(Refused("request line past its limit", Line(65), TargetTooLong, "limit + 1: 414")),
        Limited(Refused("endless request line", "GET /" + new string('a', 300), TargetTooLong, "told before its end")),
        Limited(Reads("empty line before a line at its limit", "\r\n" + Line(64), $"GET /{Filler(64)} (a) keep", "not part of the line")),
        Limited(Reads("field section at its limit", Section(128), "GET / (a) keep", "limit")),
        Limited(Refused("field section past its limit", Section(129), FieldsTooLarge, "limit + 1: 431")),
        Limited(Refused("endless field", "GET / HTTP/1.1\r\nX: " + new string('a', 300), FieldsTooLarge, "told before its end")),
        Limited(Reads("fields at their limit", Fields(4), "GET / (a) keep", "limit")),
        Limited(Refused("fields past their limit", Fields(5), TooManyFields, "limit + 1: 431")),
        Reads("200 fields", Fields(200), "GET / (a) keep", "the default limit"),
        Refused("201 fields", Fields(201), TooManyFields, "the default limit + 1"),
        Reads("request line of 16 KiB", Line(16 * 1024), $"GET /{Filler(16 * 1024)} (a) keep", "the default limit"),
        Refused("request line of 16 KiB and a byte", Line((16 * 1024) + 1), TargetTooLong, "the default limit + 1"),
    ];

    private static RequestCase Limited(RequestCase test) => test with { Limits = Small };

    private static string Filler(int lineBytes) => new('a', lineBytes - "GET / HTTP/1.1\r\n".Length);

    private static string Line(int bytes) => $"GET /{Filler(bytes)} HTTP/1.1\r\nHost: a\r\n\r\n";

    private static string Section(int bytes) =>
        $"GET / HTTP/1.1\r\nHost: a\r\nX: {new string('a', bytes - "Host: a\r\nX: \r\n\r\n".Length)}\r\n\r\n";

    private static string Fields(int count) =>
        "GET / HTTP/1.1\r\nHost: a\r\n" + string.Concat(Enumerable.Repeat("X: y\r\n", count - 1)) + "\r\n";
}
