using Holdfast.Http.Bodies;
using Holdfast.Http.Messages;
using Holdfast.Http.Tests.Corpus;

namespace Holdfast.Http.Tests;

public class ChunkedDecoderTests
{
    public static TheoryData<string> Names => [.. ChunkedCorpus.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_CorpusCase_IsReadAsTheTableSays(string name)
    {
        var test = ChunkedCorpus.Find(name);

        var reading = ChunkedReading.Of(test.Bytes, test.Limits);

        Assert.Equal(test.Reading, reading.Describe(test.Bytes.Length));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_CorpusCaseByteByByte_IsReadAsTheTableSays(string name)
    {
        var test = ChunkedCorpus.Find(name);

        var reading = ChunkedReading.Of(test.Bytes, test.Limits, 1);

        Assert.Equal(test.Reading, reading.Describe(test.Bytes.Length));
    }

    [Fact]
    public void Read_AfterARefusal_StaysRefused()
    {
        var decoder = new ChunkedDecoder();
        decoder.Reset(MessageLimits.ForVisitors);
        decoder.Read("5\r\nhelloX"u8, out _, out _, out _);
        decoder.Read("X"u8, out _, out _, out _);

        var step = decoder.Read("\n0\r\n\r\n"u8, out var consumed, out _, out var fault);

        Assert.Equal((ChunkStep.Refused, MessageFault.BadChunkEnd, 0), (step, fault, consumed));
    }

    [Fact]
    public void Reset_AfterARefusalAndTrailers_BeginsAnew()
    {
        var decoder = new ChunkedDecoder();
        decoder.Reset(MessageLimits.ForVisitors);
        decoder.Read("0\r\nA: b\r\n\r\n"u8, out _, out _, out _);
        decoder.Reset(MessageLimits.ForVisitors);
        decoder.Read("x"u8, out _, out _, out _);
        decoder.Reset(MessageLimits.ForVisitors);

        var step = decoder.Read("0\r\n\r\n"u8, out var consumed, out _, out _);

        Assert.Equal((ChunkStep.End, 5), (step, consumed));
        Assert.Null(decoder.Trailers);
    }
}
