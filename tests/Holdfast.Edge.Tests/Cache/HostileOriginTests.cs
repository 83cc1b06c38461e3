using System.Globalization;
using Holdfast.Edge.Tests.Harness;

namespace Holdfast.Edge.Tests.Cache;

/// <summary>Origins that lie, break off or send too much: nobody gets from the store what the origin did not say whole.</summary>
public class HostileOriginTests
{
    private const string Fresh = "Cache-Control: max-age=600";

    /// <summary>What an origin sends before it closes, what its visitor gets, and the reason is that the next one must not get it again.</summary>
    public static TheoryData<string, string> Broken =>
        new()
        {
            { "fewer bytes than stated", $"HTTP/1.1 200 OK\r\n{Fresh}\r\nContent-Length: 10\r\n\r\nhello" },
            { "no byte of those stated", $"HTTP/1.1 200 OK\r\n{Fresh}\r\nContent-Length: 10\r\n\r\n" },
            { "a chunk cut off", $"HTTP/1.1 200 OK\r\n{Fresh}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel" },
            { "no last chunk", $"HTTP/1.1 200 OK\r\n{Fresh}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n" },
            { "half of the last chunk", $"HTTP/1.1 200 OK\r\n{Fresh}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n" },
            { "a chunk longer than its size", $"HTTP/1.1 200 OK\r\n{Fresh}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n" },
            { "a chunk size that is none", $"HTTP/1.1 200 OK\r\n{Fresh}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nxyz\r\n" },
            {
                "a length and chunks",
                $"HTTP/1.1 200 OK\r\n{Fresh}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            },
            { "two lengths", $"HTTP/1.1 200 OK\r\n{Fresh}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!" },
            { "half a head", $"HTTP/1.1 200 OK\r\n{Fresh}\r\nContent-Le" },
        };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task AnAnswerThatIsNotWhole_IsNeverServedAgain(string what, string sent)
    {
        Assert.NotEmpty(what);
        var asked = 0;
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                if (Interlocked.Increment(ref asked) > 1)
                {
                    await c.SendAsync(CachedSite.Ok("whole", Fresh));
                    return;
                }

                await c.SendAsync(sent);
                c.Dispose();
            }
        );
        using (var visitor = await Conversation.ConnectAsync(site.Edge.Http))
        {
            await visitor.SendAsync("GET /a HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n");
            var got = await visitor.ReadToEndAsync();

            // The error page, or an answer of which the visitor can tell that it is not whole.
            Assert.True(
                got.StartsWith("HTTP/1.1 520", StringComparison.Ordinal)
                    || (got.Contains("chunked", StringComparison.Ordinal) && !got.EndsWith("0\r\n\r\n", StringComparison.Ordinal))
                    || (
                        got.Contains("Content-Length: 10", StringComparison.Ordinal)
                        && !got.EndsWith("\r\n\r\n0123456789", StringComparison.Ordinal)
                    ),
                got
            );
        }

        var next = await site.AskAsync("GET /a");
        Assert.Equal(("whole", "MISS"), (next.Body, next["CF-Cache-Status"]));
        Assert.Equal(2, asked);
    }

    [Theory]
    [InlineData("more than was stated")]
    [InlineData("HTTP/1.1 200 OK\r\nCache-Control: max-age=600\r\nContent-Length: 4\r\n\r\nevil")]
    [InlineData("\r\nHTTP/1.1 200 OK\r\nCache-Control: max-age=600\r\nContent-Length: 4\r\n\r\nevil")]
    public async Task BytesBehindAnAnswer_AreNobodysAnswer(string behind)
    {
        // The origin answers each request honestly, and sends something more behind the first answer.
        var asked = 0;
        await using var site = await CachedSite.StartAsync(
            async (head, c) =>
                await c.SendAsync(CachedSite.Ok($"for {head.Split(' ')[1]}", Fresh) + (Interlocked.Increment(ref asked) == 1 ? behind : ""))
        );
        foreach (var target in (string[])["/a", "/b", "/a", "/b", "/c"])
        {
            var reply = await site.AskAsync($"GET {target}");
            Assert.Equal((200, $"for {target}"), (reply.Status, reply.Body));
        }

        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task ASecondAnswerThatComesLater_IsNobodysAnswer()
    {
        var later = new TaskCompletionSource();
        var asked = 0;
        await using var site = await CachedSite.StartAsync(
            async (head, c) =>
            {
                await c.SendAsync(CachedSite.Ok($"for {head.Split(' ')[1]}", Fresh));
                if (Interlocked.Increment(ref asked) == 1)
                {
                    await c.SendAsync(CachedSite.Ok("evil", Fresh));
                    later.SetResult();
                }
            }
        );
        Assert.Equal("for /a", (await site.AskAsync("GET /a")).Body);
        await later.Task;

        // The edge may notice it before or after it sends the next request there; whose answer it gives is the same.
        foreach (var target in (string[])["/b", "/c", "/a", "/b", "/c"])
        {
            Assert.Equal($"for {target}", (await site.AskAsync($"GET {target}")).Body);
        }
    }

    [Fact]
    public async Task TenThousandFields_AreRefusedAndNotStored()
    {
        var fields = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"X-{i}: v\r\n"));
        await AssertRefusedAsync($"HTTP/1.1 200 OK\r\n{Fresh}\r\n{fields}Content-Length: 2\r\n\r\nno");
    }

    [Fact]
    public async Task AFieldWithoutEnd_IsRefusedAfterWhatAHeadMayHave()
    {
        // As much as the edge takes, and then it hangs up: 64 MiB would be far beyond any limit.
        var taken = 0L;
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                await c.SendAsync("HTTP/1.1 200 OK\r\nX-Endless: ");
                var piece = new string('x', 64 * 1024);
                for (var i = 0; i < 1024; i++)
                {
                    await c.SendAsync(piece);
                    Interlocked.Add(ref taken, piece.Length);
                }
            }
        );
        var reply = await site.AskAsync("GET /a");
        Assert.Equal(520, reply.Status);

        // What the sockets hold is of the system; the edge itself reads no more than a head's limit.
        Assert.InRange(Interlocked.Read(ref taken), 0, 32 * 1024 * 1024);
    }

    [Fact]
    public async Task ManyTagsOrOneLongTag_AreNotStored()
    {
        foreach (var tags in new[] { string.Join(',', Enumerable.Range(0, 3000)), new string('t', 17 * 1024) })
        {
            var asked = 0;
            await using var site = await CachedSite.StartAsync(
                (_, c) => c.SendAsync(CachedSite.Ok($"{Interlocked.Increment(ref asked)}", Fresh, $"Cache-Tag: {tags}"))
            );
            var first = await site.AskAsync("GET /a");
            Assert.Equal(("1", null), (first.Body, first["Cache-Tag"]));
            Assert.Contains("too-many-tags", first["Cache-Status"]);
            Assert.Equal("2", (await site.AskAsync("GET /a")).Body);
        }
    }

    [Fact]
    public async Task VaryOnEverything_IsNotStored()
    {
        var asked = 0;
        await using var site = await CachedSite.StartAsync(
            (_, c) => c.SendAsync(CachedSite.Ok($"{Interlocked.Increment(ref asked)}", Fresh, "Vary: *"))
        );
        Assert.Equal("1", (await site.AskAsync("GET /a")).Body);
        Assert.Equal("2", (await site.AskAsync("GET /a")).Body);
    }

    [Fact]
    public async Task VaryOnAHundredFields_IsSelectedByAllOfThem()
    {
        var vary = string.Join(", ", Enumerable.Range(0, 100).Select(i => $"X-{i}"));
        var asked = 0;
        await using var site = await CachedSite.StartAsync(
            (_, c) => c.SendAsync(CachedSite.Ok($"{Interlocked.Increment(ref asked)}", Fresh, $"Vary: {vary}"))
        );
        Assert.Equal("1", (await site.AskAsync("GET /a", "X-99: a")).Body);
        Assert.Equal("1", (await site.AskAsync("GET /a", "x-99: a")).Body);
        Assert.Equal("2", (await site.AskAsync("GET /a", "X-99: b")).Body);
        Assert.Equal("3", (await site.AskAsync("GET /a")).Body);
        Assert.Equal("1", (await site.AskAsync("GET /a", "X-99: a")).Body);
    }

    [Fact]
    public async Task VaryOnAFieldWithManyValues_KeepsABoundedNumberOfVariants()
    {
        var asked = 0;
        await using var site = await CachedSite.StartAsync(
            (_, c) => c.SendAsync(CachedSite.Ok($"{Interlocked.Increment(ref asked)}", Fresh, "Vary: User-Agent"))
        );
        for (var i = 0; i < 500; i++)
        {
            await site.AskAsync("GET /a", $"User-Agent: {i}");
        }

        var metrics = await site.Edge.MetricsAsync();
        var objects = metrics.Split('\n').Single(l => l.StartsWith("holdfast_edge_cache_objects ", StringComparison.Ordinal));
        Assert.InRange(double.Parse(objects.Split(' ')[1], CultureInfo.InvariantCulture), 1, 64);
        Assert.Equal("500", (await site.AskAsync("GET /a", "User-Agent: 499")).Body);
    }

    private static async Task AssertRefusedAsync(string answer)
    {
        var asked = 0;
        await using var site = await CachedSite.StartAsync(
            async (_, c) => await c.SendAsync(Interlocked.Increment(ref asked) == 1 ? answer : CachedSite.Ok("good", Fresh))
        );
        Assert.Equal(520, (await site.AskAsync("GET /a")).Status);
        Assert.Equal("good", (await site.AskAsync("GET /a")).Body);
    }
}
