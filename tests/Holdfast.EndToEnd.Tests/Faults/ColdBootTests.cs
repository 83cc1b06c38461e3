using System.Text;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Faults;

/// <summary>An edge that has nothing but its own disk.</summary>
public sealed class ColdBootTests
{
    [Fact]
    public async Task Edge_WithoutControl_BootsFromDiskAndFromTheGenerationBeforeWhenTheNewestIsCorrupt()
    {
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 '$http_host'; }");
        using var directory = new TemporaryDirectory();
        var data = directory["data"];
        string id;
        await using (var holdfast = await HoldfastUnderTest.StartAsync(data))
        {
            id = await holdfast.ZoneAsync("cold.example.com", nginx.Url);
            for (var i = 1; i <= 5; i++)
            {
                await holdfast.ZoneAsync("cold.example.com", nginx.Url, ("origin_host_header", $"g{i}.example.net"));
            }
        }

        Assert.Equal("g5.example.net", await ServedByEdgeAloneAsync(data, _ => { }));

        var segment = Assert.Single(Directory.GetFiles(Path.Combine(data, "edges", "edge-1", "releases"), "*.segment"));
        var bytes = await File.ReadAllBytesAsync(segment, TestContext.Current.CancellationToken);
        var newest = bytes.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(id));
        bytes[newest + 100] ^= 0x40;
        await File.WriteAllBytesAsync(segment, bytes, TestContext.Current.CancellationToken);
        Assert.Equal(
            "g4.example.net",
            await ServedByEdgeAloneAsync(data, error => Assert.Contains(segment, error, StringComparison.Ordinal))
        );

        // Cut off in the middle, as after a power failure.
        await File.WriteAllBytesAsync(segment, bytes.AsMemory(0, newest + 100), TestContext.Current.CancellationToken);
        Assert.Equal(
            "g4.example.net",
            await ServedByEdgeAloneAsync(data, error => Assert.Contains(segment, error, StringComparison.Ordinal))
        );
    }

    private static async Task<string> ServedByEdgeAloneAsync(string data, Action<string> said)
    {
        var http = new Uri($"http://127.0.0.1:{FreePort.Find()}");
        await using var edge = HoldfastUnderTest.StartCommand(
            data,
            "run",
            "edge",
            "--name",
            "edge-1",
            "--http",
            http.Authority,
            "--https",
            "127.0.0.1:0",
            "--control",
            $"http://127.0.0.1:{FreePort.Find()}",
            "--json"
        );
        await edge.WaitReadyAsync();
        var body = (await Curl.GetAsync(http, "cold.example.com", "/")).Body;
        said(edge.Error);

        // In good order: what ends badly again and again goes back to what was last known good.
        Signals.Send(edge.Id, Signals.Interrupt);
        Assert.Equal(0, await edge.ExitAsync());
        return body;
    }
}
