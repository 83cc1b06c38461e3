using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Rulesets;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules;

/// <summary>The phase http_custom_errors.</summary>
public class CustomErrorTests
{
    private const string Phase = "http_custom_errors";

    private static readonly ServeErrorAction Sorry = new("<p>Sorry", "text/html", null);

    [Theory]
    [InlineData("HTTP/1.1 503 No\r\nContent-Length: 11\r\nETag: \"a\"\r\nContent-Language: en\r\n\r\nfrom origin")]
    [InlineData("HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nfrom origin\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")]
    public async Task Error_OfTheOrigin_GoesOutWithTheRulesBody(string answer)
    {
        await using var site = await StartAsync(ScriptedOrigin.Answering(answer), null, Ruleset(Phase, Rule("true", Sorry)));
        using var visitor = await Conversation.ConnectAsync(site.Edge.Http);

        // Twice: the connection stands where the next answer begins.
        for (var i = 0; i < 2; i++)
        {
            await visitor.SendAsync("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
            var head = (await visitor.ReadHeadAsync())!;
            Assert.StartsWith("HTTP/1.1 503 ", head, StringComparison.Ordinal);
            Assert.Contains("\r\nContent-Type: text/html; charset=utf-8\r\n", head, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("ETag", head, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("Content-Language", head, StringComparison.OrdinalIgnoreCase);
            Assert.Equal("<p>Sorry", await visitor.ReadAsync(Wire.RequestWireTests.LengthOf(head)));
        }
    }

    [Fact]
    public async Task Error_OfTheEdge_GoesOutAsTheRuleSays()
    {
        await using var site = await StartAsync(
            new ScriptedOrigin(_ => Task.CompletedTask),
            null,
            Ruleset(Custom, Rule("http.request.uri.path eq \"/admin\"", new BlockAction((BlockResponse?)null))),
            Ruleset(
                Phase,
                Rule("cf.response.1xxx_code eq 1020", new ServeErrorAction("""{"error":"no"}""", "application/json", 451)),
                Rule("cf.response.error_type eq \"5xx\"", Sorry)
            )
        );

        var (head, body) = await site.AskAsync("GET /admin HTTP/1.1\r\nHost: example.com\r\nAccept: text/html\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 451 ", head, StringComparison.Ordinal);
        Assert.DoesNotContain("Content-Security-Policy", head, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("""{"error":"no"}""", body);

        var (empty, sorry) = await site.AskAsync("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 520 ", empty, StringComparison.Ordinal);
        Assert.Equal("<p>Sorry", sorry);
    }

    [Fact]
    public async Task Answer_ThatIsNoError_StaysAsItIs()
    {
        await using var site = await StartAsync(Phase, Rule("true", Sorry));

        var (_, body) = await site.AskAsync("GET /fine HTTP/1.1\r\nHost: example.com\r\n\r\n");

        Assert.Equal("/fine", body);
    }

    [Fact]
    public async Task Head_OfAnError_HasNoBody()
    {
        await using var site = await StartAsync(
            ScriptedOrigin.Answering("HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\n"),
            null,
            Ruleset(Phase, Rule("true", Sorry))
        );
        using var visitor = await Conversation.ConnectAsync(site.Edge.Http);

        for (var i = 0; i < 2; i++)
        {
            await visitor.SendAsync("HEAD / HTTP/1.1\r\nHost: example.com\r\n\r\n");
            var head = (await visitor.ReadHeadAsync())!;
            Assert.StartsWith("HTTP/1.1 404 ", head, StringComparison.Ordinal);
            Assert.Equal(8, Wire.RequestWireTests.LengthOf(head));
        }
    }
}
