using System.Buffers;
using Holdfast.Http.Bodies;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;
using Holdfast.Http.Tests.Corpus;

namespace Holdfast.Http.Fuzz;

/// <summary>What must hold for any bytes. Each check throws when it does not.</summary>
internal static class Oracle
{
    // Small limits are met more often than large ones.
    private static readonly MessageLimits Small = new()
    {
        StartLineBytes = 64,
        FieldsBytes = 128,
        FieldCount = 4,
        ChunkExtensionBytes = 8,
        ChunkExtensionBytesPerBody = 20,
        TrailerBytes = 64,
    };

    /// <summary>A request's verdict is the same byte by byte; one that is accepted is read the same after it was written anew.</summary>
    public static void CheckRequest(byte[] bytes, Random random)
    {
        var limits = random.Next(4) == 0 ? Small : MessageLimits.ForVisitors;
        var whole = ReadRequest(bytes, limits, out var head);
        Expect(whole, FirstVerdict(bytes, text => ReadRequest(text, limits, out _)), "byte by byte");
        if (whole.Result != HeadResult.Complete)
        {
            return;
        }

        CheckFields(head.Headers);
        if (head.Host.IsEmpty)
        {
            // HTTP/1.0 without a Host can't be written as HTTP/1.1.
            return;
        }

        var once = Write(head);
        var again = ReadRequest(once, MessageLimits.ForVisitors, out var second);
        Require(again.Result == HeadResult.Complete && again.Consumed == once.Length, $"written anew it is {again}");
        Expect(Framed(head), Framed(second), "written anew");
        Expect(Fields(head.Headers), Fields(second.Headers), "fields written anew");
        Require(Write(second).AsSpan().SequenceEqual(once), "it changes once more when it is written again");
    }

    /// <summary>The same for a response.</summary>
    public static void CheckResponse(byte[] bytes, Random random)
    {
        var limits = random.Next(4) == 0 ? Small : MessageLimits.ForOrigins;
        var method = random.Next(4) == 0 ? KnownMethod.Head : KnownMethod.Get;
        var whole = ReadResponse(bytes, method, limits, out var head);
        Expect(whole, FirstVerdict(bytes, text => ReadResponse(text, method, limits, out _)), "byte by byte");
        if (whole.Result != HeadResult.Complete)
        {
            return;
        }

        CheckFields(head.Headers);
        var once = Write(head);
        var again = ReadResponse(once, method, MessageLimits.ForOrigins, out var second);
        Require(again.Result == HeadResult.Complete && again.Consumed == once.Length, $"written anew it is {again}");
        Expect((head.Status, head.Framing, head.ContentLength), (second.Status, second.Framing, second.ContentLength), "written anew");
        Expect(Fields(head.Headers), Fields(second.Headers), "fields written anew");
        Require(Write(second).AsSpan().SequenceEqual(once), "it changes once more when it is written again");
    }

    /// <summary>A chunked body is the same in any cuts; one that is accepted is read the same after it was written anew.</summary>
    public static void CheckChunked(byte[] bytes, Random random)
    {
        var limits = random.Next(4) == 0 ? Small : MessageLimits.ForVisitors;
        var whole = ChunkedReading.Of(bytes, limits);
        Require(whole.Consumed <= bytes.Length, "more was consumed than given");
        Expect(whole, ChunkedReading.Of(bytes, limits, 1), "byte by byte");
        Span<int> cuts = stackalloc int[4];
        foreach (ref var cut in cuts)
        {
            cut = random.Next(0, 24);
        }

        Expect(whole, ChunkedReading.Of(bytes, limits, cuts), "in random cuts");
        if (whole.Last != ChunkStep.End)
        {
            return;
        }

        var decoder = new ChunkedDecoder();
        decoder.Reset(limits);
        var output = new ArrayBufferWriter<byte>();
        var rest = bytes.AsSpan();
        while (decoder.Read(rest, out var consumed, out var dataLength, out _) == ChunkStep.Data)
        {
            HeadWriter.WriteChunk(output, rest.Slice(consumed - dataLength, dataLength));
            rest = rest[consumed..];
        }

        HeadWriter.WriteLastChunk(output, decoder.Trailers);
        var second = ChunkedReading.Of(output.WrittenSpan, MessageLimits.ForVisitors);
        Expect(whole with { Consumed = output.WrittenCount }, second, "written anew");
    }

    private static Verdict ReadRequest(ReadOnlySpan<byte> bytes, MessageLimits limits, out RequestHead head)
    {
        head = new RequestHead();
        var result = RequestHeadParser.TryParse(bytes, head, limits, out var consumed, out var fault);
        return Verdict.Of(result, fault, consumed, bytes.Length, result == HeadResult.Complete ? RequestCase.Describe(head) : "");
    }

    private static Verdict ReadResponse(ReadOnlySpan<byte> bytes, KnownMethod method, MessageLimits limits, out ResponseHead head)
    {
        head = new ResponseHead();
        var result = ResponseHeadParser.TryParse(bytes, method, head, limits, out var consumed, out var fault);
        return Verdict.Of(result, fault, consumed, bytes.Length, result == HeadResult.Complete ? ResponseCase.Describe(head) : "");
    }

    private static Verdict FirstVerdict(byte[] bytes, Func<byte[], Verdict> read)
    {
        for (var length = 0; length < bytes.Length; length++)
        {
            var verdict = read(bytes[..length]);
            if (verdict.Result != HeadResult.Incomplete)
            {
                return verdict;
            }
        }

        return read(bytes);
    }

    private static byte[] Write(RequestHead head)
    {
        var output = new ArrayBufferWriter<byte>();
        HeadWriter.WriteRequest(output, head.MethodBytes, head.Target, head.Host, head.Headers, head.Framing, head.ContentLength);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Write(ResponseHead head)
    {
        var output = new ArrayBufferWriter<byte>();
        HeadWriter.WriteResponse(output, head, head.Framing, head.ContentLength, default);
        return output.WrittenSpan.ToArray();
    }

    // Not whether an upgrade is wanted: HTTP/1.0 can't want one, and what stands in Connection is the edge's to remove before it writes.
    private static string Framed(RequestHead head) => $"{head} {head.Framing} {head.ContentLength}";

    // All fields but those that are written from what was understood, Host among them.
    private static string Fields(HeaderBlock headers) =>
        string.Join(
            '\n',
            Enumerable
                .Range(0, headers.Count)
                .Where(i => headers.KnownAt(i) is not (KnownHeader.Host or KnownHeader.ContentLength or KnownHeader.TransferEncoding))
                .Select(i => Convert.ToHexString(headers.NameAt(i)) + "=" + Convert.ToHexString(headers.ValueAt(i)))
        );

    private static void CheckFields(HeaderBlock headers)
    {
        for (var i = 0; i < headers.Count; i++)
        {
            Require(Syntax.IsToken(headers.NameAt(i)), "a name is no token");
            Require(Syntax.IsFieldValue(headers.ValueAt(i)), "a value is no field value");
            Require(Syntax.Trim(headers.ValueAt(i)).Length == headers.ValueAt(i).Length, "a value has space around it");
            Require(headers.KnownAt(i) == KnownHeaders.Find(headers.NameAt(i)), "a name is known as another");
        }
    }

    private static void Expect<T>(T expected, T found, string how) =>
        Require(Equals(expected, found), $"{how}: {found}, expected {expected}");

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidDataException(what);
        }
    }

    private sealed record Verdict(HeadResult Result, MessageFault Fault, int Consumed, string Reading)
    {
        // How much a refused head took is nobody's business: the connection ends.
        public static Verdict Of(HeadResult result, MessageFault fault, int consumed, int given, string reading)
        {
            Require(consumed >= 0 && consumed <= given, "more was consumed than given");
            Require(
                result == HeadResult.Refused == (fault != MessageFault.None),
                "a fault without a refusal, or a refusal without a fault"
            );
            return new Verdict(result, fault, result == HeadResult.Complete ? consumed : 0, reading);
        }
    }
}
