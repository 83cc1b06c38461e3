using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Rulesets;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules;

/// <summary>A cache rule over POST: what the origin answers is stored for GET, when it says that it may be (RFC 9110 section 9.3.3).</summary>
public sealed class PostedAnswerTests
{
    private const string Post = "POST /list HTTP/1.1\r\nHost: example.com\r\nContent-Length: 5\r\n\r\n";
    private const string Answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nCache-Control: max-age=600\r\nContent-Location: /list\r\n\r\nok";

    [Fact]
    public async Task AnAnswerThatMayBeStored_AnswersAGet_AndNoPost()
    {
        var posts = 0;
        await using var site = await SiteAsync(
            async (head, c) =>
            {
                if (head.StartsWith("POST", StringComparison.Ordinal))
                {
                    Assert.Equal("hello", await c.ReadAsync(5));
                    Interlocked.Increment(ref posts);
                }

                await c.SendAsync(
                    head.StartsWith("POST", StringComparison.Ordinal) ? Answer : "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
                );
            }
        );

        // The answer may have come before the edge knew that all of the request was sent: such a one is not stored.
        var asked = 0;
        var stored = ("", "");
        while (!stored.Item1.Contains("CF-Cache-Status: HIT\r\n", StringComparison.Ordinal))
        {
            Assert.True(asked++ < 100);
            Assert.Equal("ok", (await site.AskAsync(Post + "hello")).Body);
            stored = await site.AskAsync("GET /list HTTP/1.1\r\nHost: example.com\r\n\r\n");
        }

        Assert.Equal("ok", stored.Item2);
        await site.AskAsync(Post + "hello");
        Assert.Equal(asked + 1, posts);
    }

    [Fact]
    public async Task AnAnswerThatComesBeforeAllOfTheRequest_IsPassedOnAndNotStored()
    {
        var gets = 0;
        await using var site = await SiteAsync(
            (head, c) =>
            {
                gets += head.StartsWith("GET", StringComparison.Ordinal) ? 1 : 0;
                return c.SendAsync(Answer);
            }
        );
        var (head, body) = await site.AskAsync(Post + "he");
        Assert.Contains("CF-Cache-Status: DYNAMIC\r\n", head, StringComparison.Ordinal);
        Assert.Equal("ok", body);
        await site.GetAsync("/list");
        Assert.Equal(1, gets);
    }

    [Fact]
    public async Task AnAnswerThatComesAfterAnotherChange_IsNotStored()
    {
        var held = new TaskCompletionSource();
        var isPosted = new TaskCompletionSource();
        var gets = 0;
        await using var site = await SiteAsync(
            async (head, c) =>
            {
                if (head.StartsWith("POST", StringComparison.Ordinal))
                {
                    await c.ReadAsync(5);
                    isPosted.SetResult();
                    await held.Task;
                    await c.SendAsync(Answer);
                    return;
                }

                gets += head.StartsWith("GET", StringComparison.Ordinal) ? 1 : 0;
                await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnew");
            }
        );
        using var slow = await Conversation.ConnectAsync(site.Edge.Http);
        await slow.SendAsync(Post + "hello");
        await isPosted.Task;
        await site.AskAsync("DELETE /list HTTP/1.1\r\nHost: example.com\r\n\r\n");

        held.SetResult();
        Assert.StartsWith("HTTP/1.1 200 ", await slow.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal("ok", await slow.ReadAsync(2));

        Assert.Equal("new", (await site.AskAsync("GET /list HTTP/1.1\r\nHost: example.com\r\n\r\n")).Body);
        Assert.Equal(1, gets);
    }

    private static Task<RuledSite> SiteAsync(Func<string, Conversation, Task> answer) =>
        StartAsync(
            new ScriptedOrigin(async c =>
            {
                while (await c.ReadHeadAsync() is { } head)
                {
                    await answer(head, c);
                }
            }),
            null,
            Ruleset("http_request_cache_settings", Rule("http.request.uri.path eq \"/list\"", new CacheSettingsAction { Cache = true }))
        );
}
