using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Holdfast.Control.Tests.Envelope;

/// <summary>What no route of the API answers, and what the server itself refuses: both speak the envelope.</summary>
public sealed class RejectedRequestTests : IAsyncLifetime
{
    private TestControl _control = null!;

    public async ValueTask InitializeAsync() => _control = await TestControl.StartAsync();

    public ValueTask DisposeAsync() => _control.DisposeAsync();

    [Theory]
    [InlineData("GET /client/v4/zones/%00 HTTP/1.1\r\nHost: a\r\n", 400)]
    [InlineData("GET /client/v4/zones/a%00b?page=1 HTTP/1.1\r\nHost: a\r\n", 400)]
    [InlineData("DELETE /holdfast/v1/nodes/%00 HTTP/1.1\r\nHost: a\r\n", 400)]
    [InlineData("GET client/v4/zones HTTP/1.1\r\nHost: a\r\n", 400)]
    [InlineData("GET /client/v4/zones HTTP/1.1\r\n", 400)]
    [InlineData("GET /client/v4/zones HTTP/1.1\r\nHost: a\r\nHost: b\r\n", 400)]
    [InlineData("GET /client/v4/zones HTTP/1.1\r\nHost: a\r\nno field\r\n", 400)]
    [InlineData("POST /client/v4/zones HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n", 400)]
    [InlineData("GET /client/v4/zones HTTP/4.2\r\nHost: a\r\n", 505)]
    public async Task Head_ThatTheServerRejects_IsAnsweredInTheEnvelope(string head, int status)
    {
        var answers = Answers(await ExchangeAsync(head + "\r\n"));
        var (code, body) = Assert.Single(answers);
        Assert.Equal(status, code);
        Assert.False(body["success"]!.GetValue<bool>());
        Assert.Equal(40014, body["errors"]![0]!["code"]!.GetValue<int>());
        Assert.NotEmpty(body["errors"]![0]!["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task Head_ThatIsTooLarge_IsAnsweredInTheEnvelope()
    {
        var field = new string('x', 40_000);
        Assert.Equal(
            431,
            Assert.Single(Answers(await ExchangeAsync($"GET /client/v4/user HTTP/1.1\r\nHost: a\r\nX: {field}\r\n\r\n"))).Status
        );
        Assert.Equal(414, Assert.Single(Answers(await ExchangeAsync($"GET /client/v4/{field} HTTP/1.1\r\nHost: a\r\n\r\n"))).Status);
    }

    [Fact]
    public async Task Head_ThatTheServerRejects_BehindAGoodRequest_LeavesItsAnswerAlone()
    {
        var good = $"GET /client/v4/zones HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {TestControl.Token}\r\n\r\n";
        var answers = Answers(await ExchangeAsync(good + good + "GET /client/v4/zones/%00 HTTP/1.1\r\nHost: a\r\n\r\n" + good));
        Assert.Equal([200, 200, 400], answers.Select(answer => answer.Status));
        Assert.Equal([true, true, false], answers.Select(answer => answer.Body["success"]!.GetValue<bool>()));
    }

    [Theory]
    [InlineData("GET", "/client/v4/zones/%zz", 400)]
    [InlineData("GET", "/client/v4/zones/%", 400)]
    [InlineData("GET", "/client/v4/zones/%4", 400)]
    [InlineData("GET", "/client/v4/zones/..", 400)]
    [InlineData("GET", "/client/v4/zones/%ff", 404)]
    [InlineData("GET", "/client/v4", 404)]
    [InlineData("GET", "/client/v4/", 404)]
    [InlineData("GET", "/client/v4/nothing", 404)]
    [InlineData("GET", "/client/v4/zones/00000000000000000000000000000000/nothing/below", 404)]
    [InlineData("POST", "/holdfast/v1/nothing", 404)]
    [InlineData("PUT", "/client/v4/zones", 405)]
    [InlineData("DELETE", "/client/v4/user", 405)]
    [InlineData("OPTIONS", "/client/v4/zones", 405)]
    [InlineData("PATCH", "/holdfast/v1/signing_keys", 405)]
    public async Task Path_ThatNoRouteAnswers_IsAnsweredInTheEnvelope(string method, string path, int status)
    {
        var request = $"{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {TestControl.Token}\r\nConnection: close\r\n\r\n";
        var text = await ExchangeAsync(request);
        var (code, body) = Assert.Single(Answers(text));
        Assert.Equal((path, status), (path, code));
        Assert.False(body["success"]!.GetValue<bool>());
        Assert.Equal(status == 405, text.Contains("\r\nAllow: ", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>What control answers to these bytes until it closes.</summary>
    private async Task<string> ExchangeAsync(string bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _control.Host.Url.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(bytes), TestContext.Current.CancellationToken);
        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // It closes without reading what stands behind a rejected head: what had come by then is looked at.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }

    /// <summary>The answers in a text, each as long as its length says.</summary>
    private static List<(int Status, JsonObject Body)> Answers(string text)
    {
        var answers = new List<(int, JsonObject)>();
        while (text.Length > 0)
        {
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            var head = text[..end].Split("\r\n");
            var length = int.Parse(
                head.Single(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))[16..],
                System.Globalization.CultureInfo.InvariantCulture
            );
            Assert.Contains("Content-Type: application/json", head);
            answers.Add(
                (
                    int.Parse(head[0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture),
                    JsonNode.Parse(text.Substring(end + 4, length))!.AsObject()
                )
            );
            text = text[(end + 4 + length)..];
        }

        return answers;
    }
}
