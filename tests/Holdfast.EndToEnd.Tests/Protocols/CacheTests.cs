using System.Net;
using Holdfast.EndToEnd.Tests.Harness;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast.EndToEnd.Tests.Protocols;

/// <summary>The cache between real visitors and real origins, in every version of HTTP.</summary>
public sealed class CacheTests(SharedHoldfast shared) : SharedTests(shared)
{
    [Theory]
    [InlineData(HttpProtocols.Http1, "http", 1)]
    [InlineData(HttpProtocols.Http1, "http", 2)]
    [InlineData(HttpProtocols.Http2, "h2c", 1)]
    [InlineData(HttpProtocols.Http2, "h2c", 2)]
    public async Task Response_OfAnyVersion_IsStoredReusedAndRevalidated(HttpProtocols protocols, string scheme, int version)
    {
        await using var origin = await KestrelOrigin.StartAsync(protocols);
        var host = $"cache-{scheme}-{version}.example.com";
        await Holdfast.ZoneAsync(host, $"{scheme}://127.0.0.1:{origin.Port}", ("cache_profile", "standard"));
        using var client = Visitor.Client(Holdfast, version == 2 ? HttpVersion.Version20 : HttpVersion.Version11);

        var (first, miss) = await AskAsync(client, host, "/fresh", version);
        var (second, hit) = await AskAsync(client, host, "/fresh", version);
        Assert.Equal(("MISS", "HIT"), (miss, hit));
        Assert.Equal(first, second);

        var (stored, stale) = await AskAsync(client, host, "/validated", version);
        var (confirmed, revalidated) = await AskAsync(client, host, "/validated", version);
        Assert.Equal(("MISS", "REVALIDATED"), (stale, revalidated));
        Assert.Equal(stored, confirmed);
    }

    [Theory]
    [InlineData("on", "max-age=0", true)]
    [InlineData("on", "max-age=0, must-revalidate", false)]
    [InlineData("off", "max-age=0", false)]
    [InlineData("off", "max-age=0, stale-if-error=600", true)]
    public async Task AKilledOrigin_LeavesWhatIsStoredWhereThatIsAllowed(string alwaysOnline, string control, bool served)
    {
        var host = $"killed-{alwaysOnline}-{control.Length}.example.com";
        var nginx = await NginxOrigin.StartAsync($"location / {{ add_header Cache-Control '{control}'; }}");
        await using (nginx)
        {
            await File.WriteAllTextAsync(nginx["page"], "stored");
            await Holdfast.ZoneAsync(host, nginx.Url, ("cache_profile", "standard"), ("always_online", alwaysOnline));
            Assert.Equal("stored", (await Curl.GetAsync(Holdfast.Http, host, "/page")).Body);
        }

        // It is gone, and with it its connections.
        var answer = await Curl.GetAsync(Holdfast.Http, host, "/page");
        Assert.Equal(served ? 200 : 521, answer.Status);
        if (served)
        {
            Assert.Equal("stored", answer.Body);
            Assert.Equal("STALE", answer["CF-Cache-Status"]);
            Assert.EndsWith("detail=disconnected", answer["Cache-Status"]);
            Assert.Null(answer["Warning"]);
        }
    }

    private static async Task<(string Body, string Status)> AskAsync(HttpClient client, string host, string path, int version)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{host}{path}")
        {
            Version = version == 2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var response = await client.SendAsync(request);
        return (await response.Content.ReadAsStringAsync(), response.Headers.GetValues("CF-Cache-Status").Single());
    }
}
