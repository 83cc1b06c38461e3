using Holdfast.Edge.Tests.Harness;
using static Holdfast.Edge.Tests.Http2.FrameOrigin;

namespace Holdfast.Edge.Tests.Http2;

/// <summary>What an HTTP/2 origin may say that an HTTP/1.1 visitor would misread, and what is said to it twice.</summary>
public class Http2OriginTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";

    [Fact]
    public async Task Answer_ShorterThanItsLength_IsBrokenOff()
    {
        await using var origin = new FrameOrigin(s => [.. Head(s, 200, 0, ("content-length", "10")), .. Content(s, "hello", EndStream)]);
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(Get + Get);
        var answer = await visitor.ReadToEndAsync();

        // The beginning of the next answer must not complete this one.
        Assert.Contains("content-length: 10\r\n", answer, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith("\r\n\r\nhello", answer, StringComparison.Ordinal);
        Assert.Equal(520, (await edge.LogRecordsAsync(1))[0].GetProperty("ErrorCode").GetInt32());
    }

    [Theory]
    [InlineData("hello", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")]
    [InlineData("helloHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", "")]
    public async Task Answer_LongerThanItsLength_IsBrokenOffAtItsLength(string first, string second)
    {
        await using var origin = new FrameOrigin(s =>
            [.. Head(s, 200, 0, ("content-length", "5")), .. Content(s, first, 0), .. Content(s, second, EndStream)]
        );
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(Get);
        var answer = await visitor.ReadToEndAsync();

        Assert.Contains("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", answer, StringComparison.Ordinal);
        Assert.Equal(520, (await edge.LogRecordsAsync(1))[0].GetProperty("ErrorCode").GetInt32());
    }

    [Theory]
    [InlineData("+5")]
    [InlineData("5, 6")]
    [InlineData("99999999999999999999")]
    public async Task Length_WithoutOneReading_IsAnswered520(string length)
    {
        await using var origin = new FrameOrigin(s => [.. Head(s, 200, 0, ("content-length", length)), .. Content(s, "hello", EndStream)]);
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(Get);

        Assert.StartsWith("HTTP/1.1 520 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lengths_ThatDiffer_AreAnswered520()
    {
        await using var origin = new FrameOrigin(s =>
            [.. Head(s, 200, 0, ("content-length", "5"), ("content-length", "50")), .. Content(s, "hello", EndStream)]
        );
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync(Get);

        Assert.StartsWith("HTTP/1.1 520 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", 204, null)]
    [InlineData("GET", 304, "7")]
    [InlineData("HEAD", 200, "7")]
    public async Task Answer_WithoutABody_LeavesTheConnectionAtTheNextRequest(string method, int status, string? stated)
    {
        await using var origin = new FrameOrigin(s =>
            Head(s, status, EndStream, ("content-length", "7"), ("transfer-encoding", "chunked"))
        );
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        for (var i = 0; i < 2; i++)
        {
            await visitor.SendAsync($"{method} / HTTP/1.1\r\nHost: a.example\r\n\r\n");
            var head = await visitor.ReadHeadAsync();

            // RFC 9110 section 8.6: a 204 states no length.
            Assert.StartsWith($"HTTP/1.1 {status} ", head, StringComparison.Ordinal);
            Assert.DoesNotContain("transfer-encoding", head, StringComparison.OrdinalIgnoreCase);
            Assert.Equal(stated is not null, head!.Contains($"content-length: {stated}\r\n", StringComparison.OrdinalIgnoreCase));
            Assert.Equal(stated is not null, head.Contains("content-length", StringComparison.OrdinalIgnoreCase));
        }
    }

    [Theory]
    [InlineData("GET", "", 2)]
    [InlineData("HEAD", "", 2)]
    [InlineData("OPTIONS", "", 2)]
    [InlineData("POST", "Content-Length: 0\r\n\r\n", 1)]
    [InlineData("POST", "Content-Length: 1\r\n\r\nx", 1)]
    [InlineData("GET", "Content-Length: 1\r\n\r\nx", 1)]
    [InlineData("DELETE", "", 1)]
    public async Task Request_ThatTheOriginRefuses_IsSentOnceMoreOnlyWhereThatIsSafe(string method, string rest, int times)
    {
        await using var origin = new FrameOrigin(Refused);
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync($"{method} / HTTP/1.1\r\nHost: a.example\r\n{(rest.Length == 0 ? "\r\n" : rest)}");

        Assert.StartsWith("HTTP/1.1 520 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal(times, origin.Requests);
    }

    [Fact]
    public async Task Expect_AnsweredWithoutAContinue_IsNotToldToContinueBehindTheAnswer()
    {
        await using var origin = new FrameOrigin(s => [.. Head(s, 200, 0, ("content-length", "2")), .. Content(s, "ok", EndStream)]);
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);

        for (var i = 0; i < 50; i++)
        {
            using var visitor = await Conversation.ConnectAsync(edge.Http);
            await visitor.SendAsync("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
            var answer = await visitor.ReadThroughAsync("HTTP/1.1 200 ") + await visitor.ReadThroughAsync("\r\n\r\nok");
            visitor.EndSending();

            Assert.DoesNotContain(
                "HTTP/1.1 100",
                answer[answer.IndexOf("HTTP/1.1 200", StringComparison.Ordinal)..],
                StringComparison.Ordinal
            );
            Assert.Equal("", await visitor.ReadToEndAsync());
        }
    }

    [Theory]
    [InlineData("a_b.example")]
    [InlineData("a.example.")]
    [InlineData("a.example:")]
    [InlineData("-a-.example")]
    [InlineData("[::1]:8080")]
    [InlineData("1.2.3.400")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example")]
    public async Task Host_OfAnyShapeThatTheCodecTakes_IsPassedOn(string host)
    {
        await using var origin = new FrameOrigin(s => Head(s, 204, EndStream));
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url);
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 204 ", await visitor.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Contains(host, origin.LastHeaderBlock, StringComparison.Ordinal);
    }
}
