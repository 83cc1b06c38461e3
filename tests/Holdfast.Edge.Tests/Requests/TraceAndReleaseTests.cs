using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Requests;

/// <summary>What <c>/cdn-cgi/trace</c> says, and what a request keeps while releases and the clock go on.</summary>
public class TraceAndReleaseTests
{
    [Fact]
    public async Task Trace_InTheClear_SaysWhatTheEdgeKnows()
    {
        await using var edge = await EdgeUnderTest.StartAsync(o => o with { Place = "LHR" });
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        await visitor.SendAsync("GET /cdn-cgi/trace HTTP/1.1\r\nHost: a.example\r\nUser-Agent: me/1 (a=b)\r\nConnection: close\r\n\r\n");
        var answer = (await visitor.ReadToEndAsync()).Split("\r\n\r\n");
        answer[0] += "\r\n";

        Assert.StartsWith("HTTP/1.1 200 ", answer[0], StringComparison.Ordinal);
        Assert.Contains("Content-Type: text/plain; charset=utf-8\r\n", answer[0], StringComparison.Ordinal);
        Assert.Contains("Cache-Control: no-store\r\n", answer[0], StringComparison.Ordinal);
        Assert.Matches(
            "^fl=edge-1\nh=a.example\nip=127.0.0.1\nts=[0-9]{10}\\.[0-9]{3}\nvisit_scheme=http\nuag=me/1 \\(a=b\\)\ncolo=LHR\nhttp=http/1.1\n"
                + "loc=XX\ntls=off\nsni=off\nja4=\nray=[0-9a-f]{16}\n$",
            answer[1]
        );
        var ray = answer[1][(answer[1].IndexOf("ray=", StringComparison.Ordinal) + 4)..].TrimEnd();
        Assert.Contains($"CF-Ray: {ray}-LHR\r\n", answer[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trace_OverHttp2_SaysWhatTheHandshakeWas()
    {
        await using var edge = await EdgeUnderTest.StartAsync();
        using var client = new HttpClient(
            new SocketsHttpHandler { SslOptions = new() { RemoteCertificateValidationCallback = (_, _, _, _) => true } }
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://localhost:{edge.Https.Port}/cdn-cgi/trace")
        {
            Version = new Version(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var lines = (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n');

        Assert.Contains("visit_scheme=https", lines);
        Assert.Contains("http=http/2", lines);
        Assert.Contains("tls=TLSv1.3", lines);
        Assert.Contains("sni=plaintext", lines);
        Assert.Contains(lines, l => l.StartsWith("ja4=t13d", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Exchange_InFlightWhileAReleaseGoesLive_EndsWithTheSettingsThatItBeganWith()
    {
        var asked = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        await using var origin = new ScriptedOrigin(async c =>
        {
            while (await c.ReadHeadAsync() is not null)
            {
                asked.TrySetResult();
                await answer.Task;
                await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        });
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url, new ZoneSettings { ServerTiming = true });
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        await edge.PutZoneAsync("*", origin.Url, new ZoneSettings());
        answer.SetResult();
        var first = await visitor.ReadHeadAsync();
        await visitor.ReadAsync(2);
        await visitor.SendAsync("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
        var second = await visitor.ReadHeadAsync();

        Assert.Contains("\r\nServer-Timing: ", first, StringComparison.Ordinal);
        Assert.Contains("\r\nHoldfast-Generation: 1\r\n", first, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\nServer-Timing: ", second, StringComparison.Ordinal);
        Assert.Contains("\r\nHoldfast-Generation: 2\r\n", second, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(-400)]
    public async Task Clock_ThatJumps_CostsNoRequestAndNoRelease(int days)
    {
        var clock = new WallClock();
        await using var origin = ScriptedOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await using var edge = await EdgeUnderTest.InFrontOfAsync(origin.Url, change: o => o with { Time = clock });
        using var before = await Conversation.ConnectAsync(edge.Http);
        Assert.Equal(200, await before.StatusAsync("a.example"));

        clock.Offset = TimeSpan.FromDays(days);
        edge.SweepDeadlines();

        // On the connection that was open, on a new one, over TLS; and a release still goes live.
        Assert.Equal(200, await before.StatusAsync("a.example"));
        using var after = await Conversation.ConnectAsync(edge.Http);
        Assert.Equal(200, await after.StatusAsync("a.example"));
        await edge.PutZoneAsync("b.example", origin.Url);
        Assert.Equal(200, await after.StatusAsync("b.example"));
        var (tls, _) = await Wire.Http2Visit.ConnectTlsAsync(edge);
        await tls.DisposeAsync();
    }

    // What tells the time of day is moved; what measures durations is not, as when the machine's clock is set.
    private sealed class WallClock : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;
    }
}
