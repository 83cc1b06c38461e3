using System.Buffers;
using System.Text;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;
using Holdfast.Http.Tests.Corpus;

namespace Holdfast.Http.Tests;

public class HeadWriterTests
{
    public static TheoryData<string> Accepted =>
        [
            .. RequestCorpus
                .All.Where(c => c.Result == HeadResult.Complete && !c.Text.Contains("HTTP/1.0", StringComparison.Ordinal))
                .Select(c => c.Name),
        ];

    [Fact]
    public void WriteRequest_VisitorsFields_KeepsTheirOrderAndCasing()
    {
        var written = Forward("POST /a HTTP/1.1\r\nx-first: 1\r\nhOST: a.example\r\ncontent-LENGTH: 0005\r\nX-Last: 2\r\n\r\n");

        Assert.Equal("POST /a HTTP/1.1\r\nx-first: 1\r\nhOST: a.example\r\ncontent-LENGTH: 5\r\nX-Last: 2\r\n\r\n", written);
    }

    [Fact]
    public void WriteRequest_ChunkedInCapitals_IsWrittenInTheFormThatAllRead()
    {
        var written = Forward("POST / HTTP/1.1\r\nHost: a\r\nTRANSFER-ENCODING:\tCHUNKED \r\nA: b\r\n\r\n");

        Assert.Equal("POST / HTTP/1.1\r\nHost: a\r\nTRANSFER-ENCODING: chunked\r\nA: b\r\n\r\n", written);
    }

    [Fact]
    public void WriteRequest_LengthOfZero_IsStated()
    {
        var written = Forward("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", written);
    }

    [Fact]
    public void WriteRequest_NoHostAmongTheFields_WritesItFirst()
    {
        var written = Request(Framing.None, 0, "A: b");

        Assert.Equal("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n\r\n", written);
    }

    [Theory]
    [InlineData(Framing.None, "GET / HTTP/1.1\r\nHOST: a\r\n\r\n")]
    [InlineData(Framing.Length, "GET / HTTP/1.1\r\nHOST: a\r\nContent-Length: 7\r\n\r\n")]
    [InlineData(Framing.Chunked, "GET / HTTP/1.1\r\nHOST: a\r\nTransfer-Encoding: chunked\r\n\r\n")]
    public void WriteRequest_FieldsThatContradictTheFraming_AreNotCopied(Framing framing, string expected)
    {
        var written = Request(framing, 7, "HOST: evil.example", "transfer-encoding: gzip", "Host: second.example", "Transfer-Encoding: x");

        Assert.Equal(expected, written.Replace("transfer-encoding", "Transfer-Encoding", StringComparison.Ordinal));
    }

    [Fact]
    public void WriteResponse_NoReason_IsGivenTheUsualOne()
    {
        var response = new ResponseHead { Status = 404 };

        Assert.Equal("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", Response(response, Framing.None, 0, ""));
    }

    [Fact]
    public void WriteResponse_UnknownStatus_KeepsTheSpace()
    {
        var response = new ResponseHead { Status = 799 };

        Assert.Equal("HTTP/1.1 799 \r\n\r\n", Response(response, Framing.None, -1, ""));
    }

    [Fact]
    public void WriteResponse_ChunkedAndConnection_AreWrittenOnce()
    {
        var response = new ResponseHead { Status = 200 };
        response.SetReason("Fine"u8);
        response.Headers.Add("content-length"u8, "5"u8);
        response.Headers.Add("A"u8, "b"u8);

        var written = Response(response, Framing.Chunked, 5, "close");

        Assert.Equal("HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\nA: b\r\nConnection: close\r\n\r\n", written);
    }

    [Fact]
    public void WriteResponse_LongestLength_Fits()
    {
        var response = new ResponseHead { Status = 200 };

        var written = Response(response, Framing.Length, long.MaxValue, "keep-alive");

        Assert.Equal($"HTTP/1.1 200 OK\r\nContent-Length: {long.MaxValue}\r\nConnection: keep-alive\r\n\r\n", written);
    }

    [Fact]
    public void WriteChunk_Data_IsFramed()
    {
        var output = new ArrayBufferWriter<byte>();

        HeadWriter.WriteChunk(output, new byte[26]);
        HeadWriter.WriteChunk(output, []);

        Assert.Equal("1a\r\n" + new string('\0', 26) + "\r\n", Text(output));
    }

    [Fact]
    public void WriteLastChunk_Trailers_AreWrittenWithoutFramingFields()
    {
        var output = new ArrayBufferWriter<byte>();
        var trailers = new HeaderBlock();
        trailers.Add("X-Sum"u8, "1"u8);
        trailers.Add(KnownHeader.ContentLength, "1"u8);

        HeadWriter.WriteLastChunk(output, trailers);
        HeadWriter.WriteLastChunk(output, null);

        Assert.Equal("0\r\nX-Sum: 1\r\n\r\n0\r\n\r\n", Text(output));
    }

    // What was accepted goes on in a form that is read the same, and that no longer changes.
    [Theory]
    [MemberData(nameof(Accepted))]
    public void WriteRequest_AcceptedCorpusCase_IsReadTheSameAgain(string name)
    {
        var test = RequestCorpus.Find(name);
        var once = Forward(test.Text);
        var head = new RequestHead();

        var result = RequestHeadParser.TryParse(Encoding.Latin1.GetBytes(once), head, MessageLimits.ForVisitors, out _, out _);

        Assert.Equal(HeadResult.Complete, result);
        Assert.Equal(test.Reading, RequestCase.Describe(head));
        Assert.Equal(once, Forward(once));
    }

    private static string Forward(string text)
    {
        var head = new RequestHead();
        var result = RequestHeadParser.TryParse(Encoding.Latin1.GetBytes(text), head, MessageLimits.ForVisitors, out _, out _);
        Assert.Equal(HeadResult.Complete, result);
        var output = new ArrayBufferWriter<byte>();
        HeadWriter.WriteRequest(output, head.MethodBytes, head.Target, head.Host, head.Headers, head.Framing, head.ContentLength);
        return Text(output);
    }

    private static string Request(Framing framing, long length, params string[] lines)
    {
        var output = new ArrayBufferWriter<byte>();
        var headers = new HeaderBlock();
        foreach (var line in lines)
        {
            var parts = line.Split(": ");
            headers.Add(Encoding.ASCII.GetBytes(parts[0]), Encoding.ASCII.GetBytes(parts[1]));
        }

        HeadWriter.WriteRequest(output, "GET"u8, "/"u8, "a"u8, headers, framing, length);
        return Text(output);
    }

    private static string Response(ResponseHead response, Framing framing, long length, string connection)
    {
        var output = new ArrayBufferWriter<byte>();
        HeadWriter.WriteResponse(output, response, framing, length, Encoding.ASCII.GetBytes(connection));
        return Text(output);
    }

    private static string Text(ArrayBufferWriter<byte> output) => Encoding.Latin1.GetString(output.WrittenSpan);
}
