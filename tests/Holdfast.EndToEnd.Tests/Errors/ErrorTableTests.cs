using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Errors;

/// <summary>Origins broken in each way that the error table names: what the visitor gets, in each format, and what the log says.</summary>
public sealed class ErrorTableTests(SharedHoldfast shared) : SharedTests(shared)
{
    [Fact]
    public async Task Request_OriginClosesWithoutAnswer_Is520()
    {
        await using var origin = new RawOrigin(async c => await c.ReadHeadAsync());
        await Holdfast.ZoneAsync("empty.example.com", origin.Url);
        await ExpectAsync("empty.example.com", 520, 520, "origin", "unknown error", retries: true);
    }

    [Fact]
    public async Task Request_OriginTalksNoHttp_Is520()
    {
        await using var origin = new RawOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync("220 mail.example.com ESMTP ready\r\n\r\n");
        });
        await Holdfast.ZoneAsync("garbage.example.com", origin.Url);
        await ExpectAsync("garbage.example.com", 520, 520, "origin", "unknown error", retries: true);
    }

    [Fact]
    public async Task Request_OriginsHeadIsTooLarge_Is520()
    {
        await using var origin = new RawOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.SendAsync($"HTTP/1.1 200 OK\r\nX-Large: {new string('a', 1024 * 1024)}\r\n\r\n");
        });
        await Holdfast.ZoneAsync("oversized.example.com", origin.Url);
        await ExpectAsync("oversized.example.com", 520, 520, "origin", "unknown error", retries: true);
    }

    [Fact]
    public async Task Request_NobodyListensAtTheOrigin_Is521()
    {
        await Holdfast.ZoneAsync("refused.example.com", $"http://127.0.0.1:{FreePort.Find()}");
        await ExpectAsync("refused.example.com", 521, 521, "origin", "The server is down", retries: true);
    }

    [Fact]
    public async Task Request_OriginsBacklogIsFull_Is522()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        var waiting = await FillBacklogAsync(port);
        try
        {
            await Holdfast.ZoneAsync("backlog.example.com", $"http://127.0.0.1:{port}");
            await ExpectAsync("backlog.example.com", 522, 522, "origin", "Connection timed out", retries: true);
        }
        finally
        {
            waiting.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Request_NoRouteToTheOrigin_Is523()
    {
        // TCP has no route to a group of machines, on any machine: connect says ENETUNREACH at once.
        await Holdfast.ZoneAsync("unreachable.example.com", "http://224.0.0.1:80");
        await ExpectAsync("unreachable.example.com", 523, 523, "origin", "unreachable", retries: true);
    }

    [Fact]
    public async Task Request_OriginDoesNotAnswerInTime_Is524()
    {
        await using var origin = new RawOrigin(async c =>
        {
            await c.ReadHeadAsync();
            await c.ReadToEndAsync();
        });
        await Holdfast.ZoneAsync("slow.example.com", origin.Url, ("proxy_read_timeout", 1));
        await ExpectAsync("slow.example.com", 524, 524, "origin", "took too long", retries: true);
    }

    [Fact]
    public async Task Request_OriginSpeaksNoTls_Is525()
    {
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 plain; }");
        await Holdfast.ZoneAsync("plain.example.com", $"https://127.0.0.1:{nginx.Port}", ("ssl", "full"));
        await ExpectAsync("plain.example.com", 525, 525, "origin", "TLS handshake failed", retries: false);
    }

    [Theory]
    [InlineData("expired", "expired.example.com", true)]
    [InlineData("wrongname", "other.example.net", false)]
    public async Task Request_OriginsCertificateIsNotValidForIt_Is526(string zone, string name, bool expired)
    {
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 secret; }", Shared.Authority.Issue(name, expired));
        var host = $"{zone}.example.com";
        await Holdfast.ZoneAsync(host, $"https://127.0.0.1:{nginx.Port}", ("ssl", "strict"));
        await ExpectAsync(host, 526, 526, "origin", "Invalid server certificate", retries: false);
        Assert.Empty(nginx.Requests);
    }

    [Fact]
    public async Task Request_UnknownAuthorityVouchesForTheOrigin_Is526WhenStrictAndServedWhenFull()
    {
        using var stranger = new TestAuthority();
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 served; }", stranger.Issue("stranger.example.com"));
        await Holdfast.ZoneAsync("stranger.example.com", $"https://127.0.0.1:{nginx.Port}", ("ssl", "strict"));
        await ExpectAsync("stranger.example.com", 526, 526, "origin", "Invalid server certificate", retries: false);

        await Holdfast.ZoneAsync("stranger.example.com", $"https://127.0.0.1:{nginx.Port}", ("ssl", "full"));
        Assert.Equal("served", (await Curl.GetAsync(Holdfast.Http, "stranger.example.com", "/")).Body);
    }

    [Fact]
    public async Task Request_OriginsCertificateIsGood_IsServedWhenStrict()
    {
        await using var nginx = await NginxOrigin.StartAsync(
            "location / { return 200 served; }",
            Shared.Authority.Issue("good.example.com")
        );
        await Holdfast.ZoneAsync("good.example.com", $"https://127.0.0.1:{nginx.Port}", ("ssl", "strict"));
        Assert.Equal("served", (await Curl.GetAsync(Holdfast.Http, "good.example.com", "/")).Body);
    }

    [Fact]
    public async Task Request_OriginsNameDoesNotExist_Is530With1016()
    {
        await Holdfast.ZoneAsync("nameless.example.com", "http://no-such-origin.invalid");
        await ExpectAsync("nameless.example.com", 530, 1016, "origin", "has no address", retries: true);
    }

    [Fact]
    public async Task Request_OriginIsTheEdgeItself_Is530With1019()
    {
        await Holdfast.ZoneAsync("loop.example.com", Holdfast.Http.GetLeftPart(UriPartial.Authority));
        var answer = await Curl.GetAsync(Holdfast.Http, "loop.example.com", "/", "-H", "Accept: application/json");

        Assert.Equal(530, answer.Status);
        Assert.Null(answer["retry-after"]);
        var problem = JsonNode.Parse(answer.Body)!;
        Assert.Equal(1019, problem["error_code"]!.GetValue<int>());

        // Two requests: the one that came back was answered with the page, which its origin's answer is to the first.
        var second = await Holdfast.LogRecordAsync(problem["ray_id"]!.GetValue<string>().Split('-')[0]);
        Assert.Equal(1019, second["ErrorCode"]!.GetValue<int>());
        Assert.Equal("origin", second["Blame"]!.GetValue<string>());
        var first = await Holdfast.LogRecordAsync(answer.Ray);
        Assert.Equal(530, first["OriginResponseStatus"]!.GetValue<int>());
    }

    [Fact]
    public async Task Request_HostBelongsToNobody_Is421With1001()
    {
        await Holdfast.ZoneAsync("somebody.example.com", "http://127.0.0.1:1");
        await ExpectAsync("nobody.example.net", 421, 1001, "origin", "no such site here", retries: false);
    }

    [Fact]
    public async Task Request_HeadWithTwoReadings_Is400AndLoggedWithTheReason()
    {
        await Holdfast.ZoneAsync("smuggle.example.com", "http://127.0.0.1:1");
        using var visitor = await Conversation.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Holdfast.Http.Port));
        await visitor.SendAsync(
            "POST / HTTP/1.1\r\nHost: smuggle.example.com\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        );
        var answer = await visitor.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        var ray = answer.Split("\r\n").Single(line => line.StartsWith("cf-ray:", StringComparison.OrdinalIgnoreCase))[8..].Split('-')[0];
        var record = await Holdfast.LogRecordAsync(ray);
        Assert.Equal(400, record["ErrorCode"]!.GetValue<int>());
        Assert.Equal("visitor", record["Blame"]!.GetValue<string>());
        Assert.NotEqual("", record["RefusedReason"]!.GetValue<string>());
    }

    [Fact]
    public async Task Request_OriginRefusesOverHttp2_IsTheSamePage()
    {
        await Holdfast.ZoneAsync("refused2.example.com", $"http://127.0.0.1:{FreePort.Find()}");
        var answer = await Curl.GetAsync(Holdfast.Https, "refused2.example.com", "/", "--insecure", "--http2", "-H", "Accept: text/html");
        Assert.Equal("HTTP/2 521", answer.StatusLine.Trim());
        Assert.Contains("The server is down", answer.Body, StringComparison.Ordinal);
        Assert.Equal("HTTP/2", (await Holdfast.LogRecordAsync(answer.Ray))["ClientRequestProtocol"]!.GetValue<string>());
    }

    private async Task ExpectAsync(string host, int status, int code, string blame, string title, bool retries)
    {
        // At once, because some of them take as long as a time limit.
        var answers = await Task.WhenAll(
            Curl.GetAsync(Holdfast.Http, host, "/page", "-H", "Accept: text/html,application/xhtml+xml,*/*;q=0.8"),
            Curl.GetAsync(Holdfast.Http, host, "/page", "-H", "Accept: application/json"),
            Curl.GetAsync(Holdfast.Http, host, "/page")
        );
        var (html, json, text) = (answers[0], answers[1], answers[2]);

        Assert.StartsWith("text/html", html["content-type"]);
        Assert.Contains(title, html.Body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<script", html.Body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(" src=", html.Body, StringComparison.OrdinalIgnoreCase);

        Assert.Equal("application/problem+json", json["content-type"]!.Split(';')[0]);
        var problem = JsonNode.Parse(json.Body)!;
        Assert.Equal(status, problem["status"]!.GetValue<int>());
        Assert.Equal(code, problem["error_code"]!.GetValue<int>());
        Assert.Equal(blame, problem["blame"]!.GetValue<string>());
        Assert.Equal(json.Ray, problem["ray_id"]!.GetValue<string>().Split('-')[0]);
        Assert.Contains(title, problem["title"]!.GetValue<string>(), StringComparison.OrdinalIgnoreCase);
        Assert.NotEqual("", problem["advice"]!.GetValue<string>());

        Assert.StartsWith("text/plain", text["content-type"]);
        Assert.Contains(title, text.Body, StringComparison.OrdinalIgnoreCase);

        foreach (var answer in answers)
        {
            Assert.Equal(status, answer.Status);
            Assert.Contains(answer.Ray, answer.Body, StringComparison.Ordinal);
            Assert.Contains("no-store", answer["cache-control"] ?? "", StringComparison.Ordinal);
            Assert.Equal(retries, answer["retry-after"] is not null);
            if (retries)
            {
                Assert.InRange(int.Parse(answer["retry-after"]!, CultureInfo.InvariantCulture), 30, 600);
            }

            var record = await Holdfast.LogRecordAsync(answer.Ray);
            Assert.Equal(status, record["EdgeResponseStatus"]!.GetValue<int>());
            Assert.Equal(code, record["ErrorCode"]!.GetValue<int>());
            Assert.Equal(blame, record["Blame"]!.GetValue<string>());
            Assert.Equal(host, record["ClientRequestHost"]!.GetValue<string>().Split(':')[0]);
            Assert.Equal("/page", record["ClientRequestPath"]!.GetValue<string>());
        }
    }

    /// <summary>Connects until a connection attempt is left waiting.</summary>
    private static async Task<List<Socket>> FillBacklogAsync(int port)
    {
        var sockets = new List<Socket>();
        while (sockets.Count < 100)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            sockets.Add(socket);
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, patience.Token);
            }
            catch (OperationCanceledException)
            {
                return sockets;
            }
        }

        throw new InvalidOperationException("the backlog does not fill");
    }
}
