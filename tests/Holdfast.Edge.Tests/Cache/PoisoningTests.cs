namespace Holdfast.Edge.Tests.Cache;

/// <summary>
/// What a visitor says must not become another visitor's answer, unless the key holds it: the origin here puts all that it is told into its
/// answer, as a framework that trusts such fields would.
/// </summary>
public class PoisoningTests
{
    [Theory]
    [InlineData("X-Forwarded-Host: evil.example")]
    [InlineData("X-Forwarded-For: 6.6.6.6")]
    [InlineData("X-Forwarded-Proto: https")]
    [InlineData("Forwarded: host=evil.example")]
    [InlineData("True-Client-IP: 6.6.6.6")]
    [InlineData("Proxy: http://evil.example")]
    [InlineData("X-Forwarded-Host: evil.example", "Connection: X-Forwarded-Host")]
    public async Task AFieldThatNamesAnotherHostOrVisitor_DoesNotReachTheOrigin(params string[] fields)
    {
        await using var site = await EchoAsync();
        var poisoned = await site.AskAsync("GET /a", fields);
        Assert.DoesNotContain(fields[0], poisoned.Body, StringComparison.Ordinal);
        var other = await site.AskAsync("GET /a");
        Assert.Equal(("HIT", poisoned.Body), (other["CF-Cache-Status"], other.Body));
    }

    [Theory]
    [InlineData("GET /a/../b", "GET /b")]
    [InlineData("GET /a/./b", "GET /a/b")]
    [InlineData("GET //a", "GET /a")]
    [InlineData("GET /a%2fb", "GET /a/b")]
    [InlineData("GET /a%2Fb", "GET /a%2fb")]
    [InlineData("GET /%61", "GET /a")]
    [InlineData("GET /a;x=1", "GET /a")]
    [InlineData("GET /a?", "GET /a")]
    [InlineData("GET /a?x=1&y=2", "GET /a?y=2&x=1")]
    [InlineData("GET /A", "GET /a")]
    [InlineData("GET /a\\b", "GET /a/b")]
    public async Task TargetsThatAnOriginMayReadAlike_AreEachTheirOwn(string one, string other)
    {
        await using var site = await EchoAsync();
        var first = await site.AskAsync(one);
        if (first.Status == 400)
        {
            // What has no single reading is refused and stored nowhere.
            Assert.Empty(site.Seen);
            return;
        }

        Assert.StartsWith(one + " HTTP/1.1", first.Body);
        Assert.StartsWith(other + " HTTP/1.1", (await site.AskAsync(other)).Body);
        Assert.StartsWith(one + " HTTP/1.1", (await site.AskAsync(one)).Body);
        Assert.Equal(2, site.Seen.Count);
    }

    [Theory]
    [InlineData("Example.com")]
    [InlineData("example.com.")]
    [InlineData("example.com:80")]
    [InlineData("other.example.com")]
    [InlineData("example.com:8080")]
    [InlineData("example.com@evil.example")]
    [InlineData("evil.example/example.com")]
    public async Task AnotherSpellingOfTheHost_PoisonsNobody(string host)
    {
        await using var site = await EchoAsync();
        using (var visitor = await Harness.Conversation.ConnectAsync(site.Edge.Http))
        {
            await visitor.SendAsync($"GET /a HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            await visitor.ReadToEndAsync();
        }

        var reply = await site.AskAsync("GET /a");
        Assert.Contains("Host: example.com\r\n", reply.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAbsoluteTarget_IsTheSameAsItsPathAndHost()
    {
        await using var site = await EchoAsync();
        var absolute = await site.AskAsync("GET http://example.com/a");
        var plain = await site.AskAsync("GET /a");
        Assert.Equal(("HIT", absolute.Body), (plain["CF-Cache-Status"], plain.Body));

        // Another host in the target than in Host has two readings.
        using var visitor = await Harness.Conversation.ConnectAsync(site.Edge.Http);
        await visitor.SendAsync("GET http://evil.example/a HTTP/1.1\r\nHost: example.com\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400", await visitor.ReadHeadAsync());
        Assert.Single(site.Seen);
    }

    [Fact]
    public async Task TwoHosts_AreRefused()
    {
        await using var site = await EchoAsync();
        using var visitor = await Harness.Conversation.ConnectAsync(site.Edge.Http);
        await visitor.SendAsync("GET /a HTTP/1.1\r\nHost: example.com\r\nHost: evil.example\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400", await visitor.ReadHeadAsync());
        Assert.Empty(site.Seen);
    }

    [Theory]
    [InlineData("X-HTTP-Method-Override: DELETE")]
    [InlineData("X-HTTP-Method: DELETE")]
    [InlineData("X-Method-Override: POST")]
    [InlineData("X-Original-URL: /admin")]
    [InlineData("X-Rewrite-URL: /admin")]
    [InlineData("X-Host: evil.example")]
    [InlineData("X-Forwarded-Scheme: nothttps")]
    public async Task AFieldThatMakesAnotherRequestOfIt_PoisonsNobody(string field)
    {
        await using var site = await EchoAsync();
        var told = await site.AskAsync("GET /a", field);
        var plain = await site.AskAsync("GET /a");
        Assert.Contains(field, told.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(field.Split(": ")[0], plain.Body, StringComparison.Ordinal);

        // Nor is it answered from what others have stored.
        Assert.Contains(field, (await site.AskAsync("GET /a", field)).Body, StringComparison.Ordinal);
        Assert.Equal("HIT", (await site.AskAsync("GET /a"))["CF-Cache-Status"]);
    }

    [Theory]
    [InlineData("Content-Length: 4", "evil")]
    [InlineData("Transfer-Encoding: chunked", "4\r\nevil\r\n0\r\n\r\n")]
    public async Task AFatHead_LeavesWhatIsStoredAlone(string framing, string body)
    {
        await using var site = await EchoAsync();
        var plain = await site.AskAsync("GET /a");
        await site.AskWithBodyAsync("HEAD /a", body, framing);
        var again = await site.AskAsync("GET /a");
        Assert.Equal(("HIT", plain.Body), (again["CF-Cache-Status"], again.Body));
    }

    // An origin that answers with the head that it got, cut off before what changes with every request.
    private static Task<CachedSite> EchoAsync() =>
        CachedSite.StartAsync(
            async (head, c) =>
            {
                if (head.Contains("Content-Length: 4", StringComparison.Ordinal))
                {
                    await c.ReadAsync(4);
                }
                else if (head.Contains("Transfer-Encoding: chunked", StringComparison.Ordinal))
                {
                    await c.ReadThroughAsync("0\r\n\r\n");
                }

                var body = head.StartsWith("HEAD", StringComparison.Ordinal) ? "" : head;
                await c.SendAsync($"HTTP/1.1 200 OK\r\nCache-Control: max-age=600\r\nContent-Length: {head.Length}\r\n\r\n{body}");
            }
        );
}
