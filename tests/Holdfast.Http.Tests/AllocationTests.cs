using System.IO.Pipelines;
using System.Text;
using Holdfast.Http.Bodies;
using Holdfast.Http.Messages;

namespace Holdfast.Http.Tests;

/// <summary>The hot path allocates nothing once its buffers are there.</summary>
public class AllocationTests
{
    private const int Rounds = 10_000;

    private static readonly byte[] BrowserRequest = Encoding.ASCII.GetBytes(
        """
        GET /articles/2025/11/edge?utm_source=feed&page=2 HTTP/1.1
        Host: www.example.com
        Connection: keep-alive
        sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24"
        sec-ch-ua-mobile: ?0
        sec-ch-ua-platform: "Linux"
        Upgrade-Insecure-Requests: 1
        User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36
        Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8
        Sec-Fetch-Site: same-origin
        Sec-Fetch-Mode: navigate
        Sec-Fetch-User: ?1
        Sec-Fetch-Dest: document
        Referer: https://www.example.com/articles
        Accept-Encoding: gzip, deflate, br, zstd
        Accept-Language: en-GB,en;q=0.9,de;q=0.8
        Cookie: session=0123456789abcdef0123456789abcdef; theme=dark; consent=yes


        """.ReplaceLineEndings("\r\n")
    );

    private static readonly byte[] Response =
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\nServer: x\r\n\r\n"u8.ToArray();

    [Fact]
    public void TryParse_BrowserRequest_AllocatesNothing()
    {
        var head = new RequestHead();

        var allocated = AllocatedBy(() =>
        {
            if (RequestHeadParser.TryParse(BrowserRequest, head, MessageLimits.ForVisitors, out _, out _) != HeadResult.Complete)
            {
                throw new InvalidOperationException("The request was not read.");
            }
        });

        Assert.Equal(16, head.Headers.Count);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void TryParse_Response_AllocatesNothing()
    {
        var head = new ResponseHead();

        var allocated = AllocatedBy(() =>
            ResponseHeadParser.TryParse(Response, KnownMethod.Get, head, MessageLimits.ForOrigins, out _, out _)
        );

        Assert.Equal(Framing.Chunked, head.Framing);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void WriteRequest_BrowserRequest_AllocatesNothing()
    {
        var head = new RequestHead();
        RequestHeadParser.TryParse(BrowserRequest, head, MessageLimits.ForVisitors, out _, out _);
        var output = new System.Buffers.ArrayBufferWriter<byte>(4096);

        var allocated = AllocatedBy(() =>
        {
            output.ResetWrittenCount();
            HeadWriter.WriteRequest(output, head.MethodBytes, head.Target, head.Host, head.Headers, head.Framing, head.ContentLength);
        });

        Assert.Equal(BrowserRequest, output.WrittenSpan);
        Assert.Equal(0, allocated);
    }

    [Theory]
    [InlineData(Framing.Length, "hello")]
    [InlineData(Framing.Chunked, "5;a=b\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n")]
    public void ReadAsync_PipeBody_AllocatesNothing(Framing framing, string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        var pipe = new Pipe();
        var body = new PipeBody(pipe.Reader);
        var head = new RequestHead { Framing = framing, ContentLength = 5 };
        var read = 0L;

        // The bytes are there before they are read, so that every step completes on this thread.
        var allocated = AllocatedBy(() =>
        {
            pipe.Writer.WriteAsync(bytes).GetAwaiter().GetResult();
            body.Begin(head, MessageLimits.ForVisitors, 1000);
            while (true)
            {
                var piece = body.ReadAsync(CancellationToken.None).GetAwaiter().GetResult();
                read += piece.Data.Length;
                if (piece.End)
                {
                    break;
                }
            }
        });

        Assert.Equal(0, read % 5);
        Assert.Equal(0, allocated);
    }

    private static long AllocatedBy(Action action)
    {
        for (var i = 0; i < 200; i++)
        {
            action();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
        {
            action();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
