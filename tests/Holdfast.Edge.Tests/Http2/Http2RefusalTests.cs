using Holdfast.Edge.Tests.Harness;
using Holdfast.Edge.Tests.Listening;
using Holdfast.Edge.Tests.Wire;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Tests.Http2;

/// <summary>What Kestrel refuses over HTTP/2 before a request reaches the edge is in the access log all the same, and counted.</summary>
public sealed class Http2RefusalTests(WireEdge wire) : IClassFixture<WireEdge>
{
    private const byte Headers = 1;

    [Theory]
    [InlineData(Headers, 1, new byte[] { 0x80 })] // index 0 of HPACK's table, over which Kestrel fails
    [InlineData(Headers, 1, new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F })] // an index without end
    [InlineData(Headers, 0, new byte[] { 0x82 })] // a request that belongs to no stream
    [InlineData(Headers, 2, new byte[] { 0x82 })] // a stream that only a server opens
    [InlineData(0, 1, new byte[] { 0x00 })] // DATA of a stream that was not begun
    [InlineData(5, 1, new byte[] { 0x00, 0x00, 0x00, 0x02 })] // PUSH_PROMISE
    public async Task Frame_ThatMayNotBe_EndsTheConnectionWithARecord(byte type, int stream, byte[] payload)
    {
        var (client, port) = await Http2Visit.ConnectAsync(wire.Edge);
        await using var closing = client;
        client.Add(type, Http2Client.EndHeaders, stream, payload);
        await client.SendAsync();

        Assert.NotEqual(-1, await client.UntilClosedAsync());

        var record = Assert.Single(await Http2Visit.RecordsAsync(wire.Edge, port, 1));
        Assert.Equal("Http2ConnectionEnded", Http2Visit.Text(record, "RefusedReason"));
        Assert.NotEqual("", Http2Visit.Text(record, "RefusedDetail"));
        Assert.Equal(0, record.GetProperty("ConnectionRequests").GetInt32());
    }

    [Fact]
    public async Task Connection_ThatSaidHttp2AndSpeaksAnother_IsEndedWithARecord()
    {
        var (stream, port) = await Http2Visit.ConnectTlsAsync(wire.Edge);
        await using var closing = stream;
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);

        var record = Assert.Single(await Http2Visit.RecordsAsync(wire.Edge, port, 1));

        Assert.Equal("Http2ConnectionEnded", Http2Visit.Text(record, "RefusedReason"));
    }

    [Fact]
    public async Task Streams_BeyondTheLimit_AreEachRefusedWithARecord()
    {
        var answer = new TaskCompletionSource();
        await using var origin = new ScriptedOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await answer.Task;
            await c.SendAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        var (client, port) = await Http2Visit.ConnectAsync(edge);
        await using var closing = client;
        for (var i = 0; i < 102; i++)
        {
            client.Add(Headers, Http2Client.EndHeaders | Http2Client.EndStream, 1 + (2 * i), Http2Client.Get);
        }

        await client.SendAsync();
        var refused = await Http2Visit.RecordsAsync(edge, port, 2);
        answer.SetResult();
        var all = await Http2Visit.RecordsAsync(edge, port, 102);

        Assert.All(refused, r => Assert.Equal("Http2StreamReset", Http2Visit.Text(r, "RefusedReason")));
        Assert.All(refused, r => Assert.Contains("REFUSED_STREAM", Http2Visit.Text(r, "RefusedDetail"), StringComparison.Ordinal));
        Assert.Equal((2, 102), (refused.Count, all.Count));
        Assert.Contains(
            "holdfast_edge_parser_refusals_total{reason=\"Http2StreamReset\"} 2\n",
            await edge.MetricsAsync(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Head_ThatDoesNotEnd_IsRefusedAsTooSlow()
    {
        await using var edge = await EdgeUnderTest.StartAsync(o =>
            o with
            {
                Limits = o.Limits with { HeaderTimeout = TimeSpan.FromMilliseconds(100) },
            }
        );
        var (client, port) = await Http2Visit.ConnectAsync(edge);
        await using var closing = client;
        client.Add(Headers, Http2Client.EndStream, 1, Http2Client.Get);
        await client.SendAsync();

        var record = Assert.Single(await Http2Visit.RecordsAsync(edge, port, 1));

        Assert.Equal(nameof(MessageFault.TooSlow), Http2Visit.Text(record, "RefusedReason"));
        Assert.NotEqual("", Http2Visit.Text(record, "RefusedDetail"));
    }
}
