using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Rulesets;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules;

/// <summary>Bodies that are held back for rules, and flow on.</summary>
public class HeldBodyTests
{
    private static readonly BlockAction Block = new((BlockResponse?)null);

    [Theory]
    [InlineData("http.request.body.raw contains \"evil\"", "an evil text", 403)]
    [InlineData("http.request.body.raw contains \"evil\"", "a good text", 200)]
    [InlineData("http.request.body.size gt 5", "123456", 403)]
    [InlineData("http.request.body.truncated", "123456", 200)]
    [InlineData("http.request.body.form[\"b\"][0] eq \"2\"", "a=1&b=2", 403)]
    [InlineData("any(http.request.body.form.names[*] eq \"a\") and any(http.request.body.form.values[*] eq \"2\")", "a=1&b=2", 403)]
    public async Task Body_OfAPost_IsReadByRules(string expression, string body, int status)
    {
        await using var site = await EchoAsync(expression);

        var (head, answer) = await site.AskAsync(Post(body));

        Assert.StartsWith($"HTTP/1.1 {status} ", head, StringComparison.Ordinal);
        Assert.True(status == 403 || answer == body, answer);
    }

    [Fact]
    public async Task Body_InChunks_ReachesTheOriginWhole()
    {
        await using var site = await EchoAsync("http.request.body.raw contains \"evil\"");

        var (_, answer) = await site.AskAsync(
            "POST / HTTP/1.1\r\nHost: example.com\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
        );

        Assert.Equal("hello world", answer);
    }

    [Theory]
    [InlineData(128 * 1024, 200)]
    [InlineData((128 * 1024) + 1, 403)]
    [InlineData(300 * 1024, 403)]
    public async Task Body_LargerThanWhatIsHeld_IsTruncatedForRulesAlone(int length, int status)
    {
        await using var site = await EchoAsync("http.request.body.truncated");

        var (head, answer) = await site.AskAsync(Post(new string('x', length)));

        Assert.StartsWith($"HTTP/1.1 {status} ", head, StringComparison.Ordinal);
        Assert.True(status == 403 || answer.Length == length);
    }

    [Fact]
    public async Task Body_LargerThanWhatIsHeld_FlowsOn()
    {
        await using var site = await EchoAsync("http.request.body.raw contains \"evil\"");
        var body = string.Concat(Enumerable.Range(0, 60_000).Select(i => $"{i, 6}"));

        var (_, answer) = await site.AskAsync(Post(body));

        Assert.Equal(body, answer);
    }

    [Fact]
    public async Task Body_ThatTrickles_FlowsOnAfterASecond()
    {
        await using var site = await EchoAsync("http.request.body.raw contains \"lo\"");
        using var visitor = await Conversation.ConnectAsync(site.Edge.Http);

        await visitor.SendAsync("POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 5\r\n\r\nhel");
        await EdgeUnderTest.UntilAsync(() => site.Origin.Connections == 1);
        await visitor.SendAsync("lo");
        var head = (await visitor.ReadHeadAsync())!;

        Assert.StartsWith("HTTP/1.1 200 ", head, StringComparison.Ordinal);
        Assert.Equal("hello", await visitor.ReadAsync(5));
    }

    [Fact]
    public async Task Body_ThatTricklesAndIsBlocked_EndsCleanly()
    {
        await using var site = await EchoAsync("http.request.body.raw contains \"hel\"");
        using var visitor = await Conversation.ConnectAsync(site.Edge.Http);

        await visitor.SendAsync("POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 5\r\n\r\nhel");
        var head = (await visitor.ReadHeadAsync())!;
        await visitor.ReadAsync(Wire.RequestWireTests.LengthOf(head));
        await visitor.SendAsync("lo");

        Assert.StartsWith("HTTP/1.1 403 ", head, StringComparison.Ordinal);
        Assert.Equal(200, await visitor.StatusAsync("example.com"));
    }

    [Theory]
    [InlineData("Expect: 100-continue\r\n")]
    [InlineData("Content-Type: application/grpc+proto\r\n")]
    public async Task Body_ThatMayNotBeHeld_IsUnknownToRules(string field)
    {
        await using var site = await EchoAsync("not http.request.body.raw contains \"good\"");
        using var visitor = await Conversation.ConnectAsync(site.Edge.Http);

        await visitor.SendAsync($"POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 5\r\n{field}\r\nhello");
        var head = (await visitor.ReadHeadAsync())!;
        if (head.StartsWith("HTTP/1.1 100 ", StringComparison.Ordinal))
        {
            head = (await visitor.ReadHeadAsync())!;
        }

        Assert.StartsWith("HTTP/1.1 200 ", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_ThatIsNotThere_IsEmptyAndKnown()
    {
        await using var site = await EchoAsync("http.request.body.raw eq \"\" and http.request.body.size eq 0");

        Assert.Equal(403, await site.GetAsync("/"));
    }

    private static string Post(string body) =>
        $"POST / HTTP/1.1\r\nHost: example.com\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private static Task<RuledSite> EchoAsync(string expression) =>
        RuledSite.StartAsync(
            new ScriptedOrigin(async c =>
            {
                while (await c.ReadHeadAsync() is { } head)
                {
                    var body =
                        head.Contains("chunked", StringComparison.OrdinalIgnoreCase) ? await ReadChunksAsync(c)
                        : head.Contains("Content-Length", StringComparison.OrdinalIgnoreCase)
                            ? await c.ReadAsync(Wire.RequestWireTests.LengthOf(head))
                        : "";
                    await c.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
                }
            }),
            null,
            Ruleset(Custom, Rule(expression, Block))
        );

    private static async Task<string> ReadChunksAsync(Conversation c)
    {
        var body = "";
        while (true)
        {
            var line = "";
            while (!line.EndsWith("\r\n", StringComparison.Ordinal))
            {
                line += await c.ReadAsync(1);
            }

            var length = Convert.ToInt32(line.Trim(), 16);
            body += await c.ReadAsync(length);
            await c.ReadAsync(2);
            if (length == 0)
            {
                return body;
            }
        }
    }
}
