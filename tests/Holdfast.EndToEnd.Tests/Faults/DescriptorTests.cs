using System.Globalization;
using System.Net;
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
}
