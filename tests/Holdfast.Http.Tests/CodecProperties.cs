using System.Buffers;
using System.Text;
using CsCheck;
using Holdfast.Http.Bodies;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;
using Holdfast.Http.Tests.Corpus;

namespace Holdfast.Http.Tests;

/// <summary>What holds for every message, not only for those in the tables.</summary>
public class CodecProperties
{
    private const string TokenCharacters = "!#$%&'*+-.^_`|~0123456789ABCXYZabcxyz";

    private static readonly Gen<string> Token = Gen.Char[TokenCharacters].Array[1, 12].Select(c => new string(c));

    private static readonly Gen<string> Value = Gen.Frequency(
            (6, Gen.Char['!', '~']),
            (1, Gen.Char['\u0080', '\u00ff']),
            (1, Gen.Const(' ')),
            (1, Gen.Const('\t'))
        )
        .Array[0, 40]
        .Select(c => new string(c).Trim(' ', '\t'));

    private static readonly Gen<string> Target = Gen.Frequency((9, Gen.Char['$', '~']), (1, Gen.Char['\u0080', '\u00ff']))
        .Array[0, 60]
        .Select(c => "/" + new string(c));

    // No field that the parser concludes something from: those are set by the property itself.
    private static readonly Gen<(string Name, string Value)[]> Fields = Gen.Select(Token, Value)
        .Where(f =>
            KnownHeaders.Find(Latin1(f.Item1))
                is not (
                    KnownHeader.Host
                    or KnownHeader.ContentLength
                    or KnownHeader.TransferEncoding
                    or KnownHeader.Connection
                    or KnownHeader.Expect
                )
        )
        .Array[0, 20];

    private static readonly Gen<(Framing Framing, long Length)> RequestFraming = Gen.OneOf(
        Gen.Const((Framing.None, 0L)),
        Gen.Const((Framing.Chunked, 0L)),
        Gen.Long[1, 999_999_999_999_999_999].Select(l => (Framing.Length, l))
    );

    private static readonly Gen<byte[]> Noise = Gen.Byte.Array[0, 200];

    private static readonly Gen<byte[]> MutatedRequest = Mutated(
        OneOf([.. RequestCorpus.All.Select(c => c.Bytes).Where(b => b.Length < 1000)])
    );

    private static readonly Gen<byte[]> MutatedResponse = Mutated(
        OneOf([.. ResponseCorpus.All.Select(c => c.Bytes).Where(b => b.Length < 1000)])
    );

    private static readonly Gen<byte[]> MutatedBody = Mutated(OneOf([.. ChunkedCorpus.All.Select(c => c.Bytes)]));

    [Fact]
    public void Request_WrittenAndParsedBack_IsEqual() =>
        Gen.Select(Token, Target, Fields, RequestFraming)
            .Sample(
                (method, target, fields, framing) =>
                {
                    if (method is "CONNECT" or "TRACE")
                    {
                        return;
                    }

                    var output = new ArrayBufferWriter<byte>();
                    var headers = Block(fields);
                    HeadWriter.WriteRequest(
                        output,
                        Latin1(method),
                        Latin1(target),
                        "a.example"u8,
                        headers,
                        framing.Framing,
                        framing.Length
                    );

                    var head = new RequestHead();
                    var result = RequestHeadParser.TryParse(
                        output.WrittenSpan,
                        head,
                        MessageLimits.ForVisitors,
                        out var consumed,
                        out var fault
                    );

                    Assert.Equal((HeadResult.Complete, MessageFault.None), (result, fault));
                    Assert.Equal(output.WrittenCount, consumed);
                    Assert.Equal($"{method} {target} (a.example)", head.ToString());
                    Assert.Equal(framing, (head.Framing, head.ContentLength));
                    head.Headers.Remove(KnownHeader.Host);
                    head.Headers.Remove(KnownHeader.ContentLength);
                    head.Headers.Remove(KnownHeader.TransferEncoding);
                    Assert.Equal(fields, Lines(head.Headers));
                }
            );

    [Fact]
    public void Response_WrittenAndParsedBack_IsEqual() =>
        Gen.Select(Gen.Int[200, 999], Value, Fields, RequestFraming)
            .Sample(
                (status, reason, fields, framing) =>
                {
                    var response = new ResponseHead { Status = status };
                    response.SetReason(Latin1(reason));
                    foreach (var (name, value) in fields)
                    {
                        response.Headers.Add(Latin1(name), Latin1(value));
                    }

                    var output = new ArrayBufferWriter<byte>();
                    HeadWriter.WriteResponse(output, response, framing.Framing, framing.Length, "keep-alive"u8);

                    var head = new ResponseHead();
                    var result = ResponseHeadParser.TryParse(
                        output.WrittenSpan,
                        KnownMethod.Get,
                        head,
                        MessageLimits.ForOrigins,
                        out var consumed,
                        out var fault
                    );

                    Assert.Equal((HeadResult.Complete, MessageFault.None), (result, fault));
                    Assert.Equal(output.WrittenCount, consumed);
                    Assert.Equal(status, head.Status);
                    Assert.Equal(
                        reason.Length > 0 ? reason : Encoding.ASCII.GetString(ReasonPhrases.Of(status)),
                        Encoding.Latin1.GetString(head.Reason)
                    );
                    Assert.Equal(status is 204 or 304 ? Framing.None : framing.Framing, head.Framing);
                    head.Headers.Remove(KnownHeader.ContentLength);
                    head.Headers.Remove(KnownHeader.TransferEncoding);
                    head.Headers.Remove(KnownHeader.Connection);
                    Assert.Equal(fields, Lines(head.Headers));
                }
            );

    [Fact]
    public void Chunks_WrittenAndReadInAnyCuts_AreEqual() =>
        Gen.Select(Gen.Byte.Array[0, 80].Array[0, 8], Fields, Gen.Int[0, 40].Array[1, 12])
            .Sample(
                (pieces, fields, cuts) =>
                {
                    var trailers = Block([.. fields.Where(f => KnownHeaders.Find(Latin1(f.Name)) == KnownHeader.Other)]);
                    var output = new ArrayBufferWriter<byte>();
                    foreach (var piece in pieces)
                    {
                        HeadWriter.WriteChunk(output, piece);
                    }

                    HeadWriter.WriteLastChunk(output, trailers);

                    var reading = ChunkedReading.Of(output.WrittenSpan, MessageLimits.ForVisitors, cuts);

                    Assert.Equal((ChunkStep.End, MessageFault.None), (reading.Last, reading.Fault));
                    Assert.Equal(string.Concat(pieces.Select(p => Encoding.Latin1.GetString(p))), reading.Content);
                    Assert.Equal(output.WrittenCount, reading.Consumed);
                    Assert.Equal(ChunkedReading.Of(output.WrittenSpan, MessageLimits.ForVisitors), reading);
                }
            );

    [Fact]
    public void ChunkedDecoder_MutatedBodyInAnyCuts_ReadsAsInOne() =>
        Gen.Select(Gen.OneOf(Noise, MutatedBody), Gen.Int[0, 20].Array[1, 12])
            .Sample(
                (body, cuts) =>
                {
                    var whole = ChunkedReading.Of(body, MessageLimits.ForVisitors);
                    Assert.InRange(whole.Consumed, 0, body.Length);
                    Assert.Equal(whole, ChunkedReading.Of(body, MessageLimits.ForVisitors, cuts));
                }
            );

    [Fact]
    public void RequestHeadParser_AnyBytes_GetOneVerdict() =>
        Gen.OneOf(Noise, MutatedRequest).Sample(bytes => Assert.Equal(Whole(bytes), ByteByByte(bytes)));

    [Fact]
    public void ResponseHeadParser_AnyBytes_GetOneVerdict() =>
        Gen.OneOf(Noise, MutatedResponse)
            .Sample(bytes =>
            {
                var head = new ResponseHead();
                var expected = Verdict(bytes);
                for (var length = 0; length <= bytes.Length; length++)
                {
                    var verdict = Verdict(bytes.AsSpan(0, length));
                    if (verdict.Result != HeadResult.Incomplete || length == bytes.Length)
                    {
                        Assert.Equal(expected, verdict);
                        return;
                    }
                }

                (HeadResult Result, MessageFault Fault, int Consumed, string) Verdict(ReadOnlySpan<byte> text)
                {
                    var result = ResponseHeadParser.TryParse(
                        text,
                        KnownMethod.Get,
                        head,
                        MessageLimits.ForOrigins,
                        out var consumed,
                        out var fault
                    );
                    Assert.InRange(consumed, 0, text.Length);
                    return (
                        result,
                        fault,
                        result == HeadResult.Complete ? consumed : 0,
                        result == HeadResult.Complete ? ResponseCase.Describe(head) : ""
                    );
                }
            });

    [Fact]
    public void IsHost_AnyBytes_NeverThrows() =>
        Gen.OneOf(Noise, Gen.Char["[]:.0123456789abcdef"].Array[0, 50].Select(c => Latin1(new string(c))))
            .Sample(bytes =>
            {
                if (Syntax.IsHost(bytes))
                {
                    Syntax.SplitHost(bytes, out var name, out var port);
                    Assert.False(name.IsEmpty);
                    Assert.Equal(bytes.Length, name.Length + port.Length);
                }
            });

    private static (HeadResult, MessageFault, int, string) Whole(ReadOnlySpan<byte> bytes)
    {
        var head = new RequestHead();
        var result = RequestHeadParser.TryParse(bytes, head, MessageLimits.ForVisitors, out var consumed, out var fault);
        Assert.InRange(consumed, 0, bytes.Length);
        return (
            result,
            fault,
            result == HeadResult.Complete ? consumed : 0,
            result == HeadResult.Complete ? RequestCase.Describe(head) : ""
        );
    }

    private static (HeadResult, MessageFault, int, string) ByteByByte(byte[] bytes)
    {
        for (var length = 0; length < bytes.Length; length++)
        {
            var verdict = Whole(bytes.AsSpan(0, length));
            if (verdict.Item1 != HeadResult.Incomplete)
            {
                return verdict;
            }
        }

        return Whole(bytes);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    // One to four places overwritten, removed or doubled, mostly by bytes that mean something.
    private static Gen<byte[]> Mutated(Gen<byte[]> seed) =>
        Gen.Select(seed, Gen.Select(Gen.Int[0, 2], Gen.Int[0, 9999], Gen.OneOf(Gen.Byte, OneOf("\r\n\0 \t:,;/0"u8.ToArray()))).Array[1, 4])
            .Select(
                (bytes, changes) =>
                {
                    var list = new List<byte>(bytes);
                    foreach (var (kind, where, value) in changes)
                    {
                        var place = where % (list.Count + 1);
                        if (kind == 0 || place == list.Count)
                        {
                            list.Insert(place, value);
                        }
                        else if (kind == 1)
                        {
                            list[place] = value;
                        }
                        else
                        {
                            list.RemoveAt(place);
                        }
                    }

                    return list.ToArray();
                }
            );

    private static HeaderBlock Block((string Name, string Value)[] fields)
    {
        var headers = new HeaderBlock();
        foreach (var (name, value) in fields)
        {
            headers.Add(Latin1(name), Latin1(value));
        }

        return headers;
    }

    private static IEnumerable<(string, string)> Lines(HeaderBlock headers) =>
        Enumerable
            .Range(0, headers.Count)
            .Select(i => (Encoding.Latin1.GetString(headers.NameAt(i)), Encoding.Latin1.GetString(headers.ValueAt(i))));

    private static byte[] Latin1(string text) => Encoding.Latin1.GetBytes(text);
}
