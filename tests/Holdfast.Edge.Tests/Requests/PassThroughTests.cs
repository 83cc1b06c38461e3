using Holdfast.Edge.Tests.Harness;

namespace Holdfast.Edge.Tests.Requests;

public class PassThroughTests
{
    [Fact]
    public async Task Request_ThroughEdge_ReachesOriginUnchangedAndComesBack()
    {
        string? seen = null;
        await using var origin = new ScriptedOrigin(async c =>
        {
            seen = await c.ReadHeadAsync();
            await c.SendAsync("HTTP/1.1 200 Fine\r\nContent-Length: 5\r\nX-CaSe: kept\r\n\r\nhello");
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync("GET /a/../%7Eb?q=1&&x HTTP/1.1\r\nHost: example.com\r\nx-ODD-name: 1\r\n\r\n");
        var head = await visitor.ReadHeadAsync();
        var body = await visitor.ReadAsync(5);

        Assert.StartsWith("GET /a/../%7Eb?q=1&&x HTTP/1.1\r\nHost: example.com\r\nx-ODD-name: 1\r\n", seen, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 Fine\r\n", head, StringComparison.Ordinal);
        Assert.Contains("X-CaSe: kept\r\n", head, StringComparison.Ordinal);
        Assert.Contains("CF-Ray: ", head, StringComparison.Ordinal);
        Assert.Equal("hello", body);
        var record = (await edge.LogRecordsAsync(1))[0];
        Assert.Equal(200, record.GetProperty("EdgeResponseStatus").GetInt32());
        Assert.Equal("127.0.0.1", record.GetProperty("EdgeServerIP").GetString());
        Assert.Contains("holdfast_edge_origin_connects_total 1\n", await edge.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_OriginRefusesConnection_Answers521()
    {
        await using var edge = await EdgeUnderTest.InFrontOfAsync("http://127.0.0.1:1");
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
        var head = await visitor.ReadHeadAsync();

        Assert.StartsWith("HTTP/1.1 521 ", head, StringComparison.Ordinal);
        Assert.Equal("", (await edge.LogRecordsAsync(1))[0].GetProperty("EdgeServerIP").GetString());
        var metrics = await edge.MetricsAsync();
        Assert.Contains("holdfast_edge_origin_connects_total 0\n", metrics, StringComparison.Ordinal);
        Assert.Contains("holdfast_edge_origin_connect_failures_total{reason=\"refused\"} 1\n", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_OriginWithoutAddress_IsCountedAsThat()
    {
        await using var edge = await EdgeUnderTest.InFrontOfAsync("http://origin.invalid");
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 530 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Contains(
            "holdfast_edge_origin_connect_failures_total{reason=\"dns\"} 1\n",
            await edge.MetricsAsync(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Request_ThatTheParserRefuses_IsCountedByItsReason()
    {
        await using var edge = await EdgeUnderTest.StartAsync();
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync("GET / HTTP/1.1\r\nHost : example.com\r\n\r\n");
        await visitor.ReadHeadAsync();
        await edge.LogRecordsAsync(1);

        var metrics = await edge.MetricsAsync();
        Assert.Contains("holdfast_edge_parser_refusals_total{reason=\"BadFieldName\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("reason=\"None\"", metrics, StringComparison.Ordinal);
    }
}
