using System.Net;
using System.Net.Http.Headers;
using Holdfast.EndToEnd.Tests.Harness;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast.EndToEnd.Tests.Protocols;

/// <summary>HTTP/2 in, over TLS, and out.</summary>
public sealed class Http2Tests(SharedHoldfast shared) : SharedTests(shared)
{
    [Fact]
    public async Task Request_OverHttp2ByCurl_ReachesTheOrigin()
    {
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 '$request $http_x_forwarded_proto $http_host'; }");
        await Holdfast.ZoneAsync("h2.example.com", nginx.Url);

        var answer = await Curl.GetAsync(Holdfast.Https, "h2.example.com", "/a?b", "--insecure", "--http2");

        Assert.Equal("HTTP/2 200", answer.StatusLine.Trim());
        Assert.Equal($"GET /a?b HTTP/1.1 https h2.example.com:{Holdfast.Https.Port}", answer.Body);
        var record = await Holdfast.LogRecordAsync(answer.Ray);
        Assert.Equal("HTTP/2", record["ClientRequestProtocol"]!.GetValue<string>());
        Assert.StartsWith("TLSv1.", record["ClientSSLProtocol"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.NotEqual("", record["JA4"]!.GetValue<string>());
    }

    [Fact]
    public async Task Request_ManyStreamsByH2load_AllSucceed()
    {
        Tool.Need("h2load");
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 hello; }");
        await Holdfast.ZoneAsync("h2load.example.com", nginx.Url);

        var result = await Tool.RunAsync(
            "h2load",
            "--requests=2000",
            "--clients=4",
            "--max-concurrent-streams=50",
            $"--connect-to=127.0.0.1:{Holdfast.Https.Port}",
            "https://h2load.example.com/"
        );

        result.Succeeded();
        Assert.Contains("2000 succeeded, 0 failed, 0 errored, 0 timeout", result.Out, StringComparison.Ordinal);
        Assert.Contains("status codes: 2000 2xx", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_GrpcCallToAnH2cOrigin_StreamsBothWaysAndEndsInTrailers()
    {
        await using var origin = await KestrelOrigin.StartAsync(HttpProtocols.Http2);
        await Holdfast.ZoneAsync("grpc.example.com", $"h2c://127.0.0.1:{origin.Port}");
        using var client = Visitor.Client(Holdfast, HttpVersion.Version20);
        using var body = new StepwiseContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://grpc.example.com/grpc")
        {
            Content = body,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));

        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        var stream = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var read = new byte[5];
        foreach (var message in new[] { "first", "secnd" })
        {
            await body.SendAsync(message);
            await stream.ReadExactlyAsync(read, TestContext.Current.CancellationToken);
            Assert.Equal(message, System.Text.Encoding.ASCII.GetString(read));
        }

        body.End();
        Assert.Equal(0, await stream.ReadAsync(read, TestContext.Current.CancellationToken));
        Assert.Equal("application/grpc", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("0", answer.TrailingHeaders.GetValues("grpc-status").Single());
        Assert.Equal("te=trailers", answer.TrailingHeaders.GetValues("grpc-message").Single());
    }

    /// <summary>A body that the test sends piece by piece.</summary>
    private sealed class StepwiseContent : HttpContent
    {
        private readonly TaskCompletionSource<Stream> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public StepwiseContent() => Headers.ContentType = new MediaTypeHeaderValue("application/grpc");

        public async Task SendAsync(string text)
        {
            var stream = await opened.Task;
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text));
            await stream.FlushAsync();
        }

        public void End() => ended.SetResult();

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.FlushAsync(cancellationToken);
            opened.SetResult(stream);
            await ended.Task.WaitAsync(cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
