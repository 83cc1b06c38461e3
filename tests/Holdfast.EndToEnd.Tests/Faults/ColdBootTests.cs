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
        string releases;
        await using (var holdfast = await HoldfastUnderTest.StartAsync(data))
        {
            var id = await holdfast.ZoneAsync("cold.example.com", nginx.Url);
            for (var i = 1; i <= 5; i++)
            {
                await holdfast.ZoneAsync("cold.example.com", nginx.Url, ("origin_host_header", $"g{i}.example.net"));
            }

            releases = Path.Combine(data, "edges", "edge-1", "releases", "zone", id);
            await Eventually.TrueAsync(
                () => Generations(releases).Select(Path.GetFileName).SequenceEqual(["4.release", "5.release", "6.release"]),
                "the newest three generations on disk"
            );
        }

        Assert.Equal("g5.example.net", await ServedByEdgeAloneAsync(data, _ => { }));

        var newest = Generations(releases)[^1];
        var bytes = await File.ReadAllBytesAsync(newest, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 0x40;
        await File.WriteAllBytesAsync(newest, bytes, TestContext.Current.CancellationToken);
        Assert.Equal(
            "g4.example.net",
            await ServedByEdgeAloneAsync(data, error => Assert.Contains(newest, error, StringComparison.Ordinal))
        );

        // Cut off in the middle, as after a power failure.
        await File.WriteAllBytesAsync(newest, bytes.AsMemory(0, 20), TestContext.Current.CancellationToken);
        Assert.Equal(
            "g4.example.net",
            await ServedByEdgeAloneAsync(data, error => Assert.Contains(newest, error, StringComparison.Ordinal))
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
        return body;
    }

    /// <summary>The releases in the order of their generations, without one that is just being written.</summary>
    private static string[] Generations(string directory) =>
        Directory.Exists(directory)
            ?
            [
                .. Directory
                    .GetFiles(directory, "*.release")
                    .OrderBy(f => long.Parse(Path.GetFileNameWithoutExtension(f), System.Globalization.CultureInfo.InvariantCulture)),
            ]
            : [];
}
