using System.Globalization;
using System.Net;
using System.Text.Json;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Faults;

/// <summary>The edge has no file descriptor left.</summary>
public sealed class DescriptorTests
{
    [Fact]
    public async Task Edge_NoDescriptorsLeft_VisitorsWaitAndAreServedWhenThereAreSome()
    {
        Tool.Need("prlimit");
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 hello; }");
        await using var holdfast = await HoldfastUnderTest.StartAsync(more: ["--origin", nginx.Url]);
        var edge = holdfast.ProcessOf("edge-1");
        Assert.Equal("hello", (await Curl.GetAsync(holdfast.Http, "any.example.com", "/")).Body);

        var limit = Directory.GetFiles($"/proc/{edge}/fd").Max(f => int.Parse(Path.GetFileName(f)!, CultureInfo.InvariantCulture)) + 8;
        (await Tool.RunAsync("prlimit", "--pid", $"{edge}", $"--nofile={limit}:")).Succeeded();
        var idle = new List<Conversation>();
        for (var i = 0; i < limit; i++)
        {
            idle.Add(await Conversation.ConnectAsync(new IPEndPoint(IPAddress.Loopback, holdfast.Http.Port)));
            await idle[^1].SendAsync("GET / HTTP/1.1\r\nHost: any.example.com\r\n\r\n");
        }

        // The first ones are connected and answered; the kernel keeps the others.
        await holdfast.SaysAsync("No connection can be accepted on");
        Assert.StartsWith("HTTP/1.1 ", await idle[0].ReadHeadAsync(), StringComparison.Ordinal);

        idle.ForEach(conversation => conversation.Dispose());
        await Eventually.TrueAsync(
            async () => (await Curl.RunAsync(holdfast.Http, "any.example.com", "/")).Out.EndsWith("hello", StringComparison.Ordinal),
            "an answer"
        );
        Assert.Single(holdfast.Error.Split('\n'), line => line.Contains("No connection can be accepted on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Edge_NoDescriptorLeftForTheOrigin_SaysThatTheFaultIsItsOwn()
    {
        Tool.Need("prlimit");
        await using var origin = new RawOrigin(async conversation =>
        {
            while (await conversation.ReadHeadAsync() is { } head)
            {
                if (head.StartsWith("GET /first ", StringComparison.Ordinal))
                {
                    await conversation.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
                }
            }
        });
        await using var holdfast = await HoldfastUnderTest.StartAsync(more: ["--origin", origin.Url]);
        var edge = holdfast.ProcessOf("edge-1");

        // The log has its own descriptor from its first record on.
        Assert.Equal("hello", (await Curl.GetAsync(holdfast.Http, "any.example.com", "/first")).Body);
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(holdfast.LogFile)), "a log");
        var limit = Directory.GetFiles($"/proc/{edge}/fd").Max(f => int.Parse(Path.GetFileName(f)!, CultureInfo.InvariantCulture)) + 8;
        (await Tool.RunAsync("prlimit", "--pid", $"{edge}", $"--nofile={limit}:")).Succeeded();
        var visitors = new List<Conversation>();
        for (var i = 0; i < limit; i++)
        {
            visitors.Add(await Conversation.ConnectAsync(new IPEndPoint(IPAddress.Loopback, holdfast.Http.Port)));
            await visitors[^1].SendAsync($"GET /{i} HTTP/1.1\r\nHost: any.example.com\r\nAccept: application/problem+json\r\n\r\n");
        }

        await holdfast.SaysAsync("No connection can be accepted on");

        // With one more, one more visitor is accepted, and nothing is left for a connection to the origin.
        JsonElement? refused = null;
        await Eventually.TrueAsync(
            async () =>
            {
                (await Tool.RunAsync("prlimit", "--pid", $"{edge}", $"--nofile={++limit}:")).Succeeded();
                refused = Refused(await File.ReadAllLinesAsync(holdfast.LogFile, TestContext.Current.CancellationToken));
                return refused is not null;
            },
            "a request that the edge has no descriptor for"
        );
        Assert.Equal(503, refused!.Value.GetProperty("EdgeResponseStatus").GetInt32());
        Assert.Equal(0, refused.Value.GetProperty("OriginResponseStatus").GetInt32());
        visitors.ForEach(visitor => visitor.Dispose());
    }

    private static JsonElement? Refused(string[] log) =>
        log.Where(line => line.Contains("\"ErrorCode\":503", StringComparison.Ordinal))
            .Select(line => (JsonElement?)JsonDocument.Parse(line).RootElement)
            .FirstOrDefault();
}
