using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules;

/// <summary>The phase http_config_settings.</summary>
public class ConfigSettingsTests
{
    private const string Phase = "http_config_settings";

    [Fact]
    public async Task Ssl_OfARule_IsHowItsRequestsReachTheOrigin()
    {
        await using var origin = Echo();
        await using var edge = await EdgeUnderTest.StartAsync();
        await edge.PutZoneAsync(
            "*",
            origin.Url.Replace("http://", "https://", StringComparison.Ordinal),
            null,
            zone =>
                zone with
                {
                    Rulesets =
                    [
                        Ruleset(Phase, Rule("http.request.uri.path eq \"/clear\"", new SetConfigAction { Ssl = SslMode.Flexible })),
                    ],
                }
        );

        Assert.Equal((200, 525), (await StatusAsync(edge, "/clear"), await StatusAsync(edge, "/else")));
    }

    [Fact]
    public async Task Settings_OfSeveralRules_AddUp_AndTheLastWordCounts()
    {
        await using var origin = Echo();
        await using var site = await StartAsync(
            origin,
            null,
            Ruleset(
                Phase,
                Rule("true", new SetConfigAction { TrueClientIpHeader = true }),
                Rule("true", new SetConfigAction { ServerTiming = true }),
                Rule("http.request.uri.path eq \"/not\"", new SetConfigAction { TrueClientIpHeader = false })
            )
        );

        var (head, body) = await site.AskAsync("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
        Assert.Contains("\r\nServer-Timing: ", head, StringComparison.Ordinal);
        Assert.Contains("\r\nTrue-Client-IP: 127.0.0.1\r\n", body, StringComparison.OrdinalIgnoreCase);

        (head, body) = await site.AskAsync("GET /not HTTP/1.1\r\nHost: example.com\r\n\r\n");
        Assert.Contains("\r\nServer-Timing: ", head, StringComparison.Ordinal);
        Assert.DoesNotContain("True-Client-IP", body, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("/closed", false)]
    [InlineData("/open", true)]
    public async Task WebSockets_ThatARuleTurnsOff_AreForItsRequestsOff(string target, bool passed)
    {
        await using var origin = Echo();
        await using var site = await StartAsync(
            origin,
            null,
            Ruleset(Phase, Rule("http.request.uri.path eq \"/closed\"", new SetConfigAction { WebSockets = false }))
        );

        var (_, body) = await site.AskAsync(
            $"GET {target} HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        );

        Assert.Equal(passed, body.Contains("Upgrade: websocket", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task ReadTimeout_OfARule_IsForItsRequestsTheOrigins()
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            while (await c.ReadHeadAsync() is { })
            {
                // Not a word.
            }
        });
        await using var site = await StartAsync(
            origin,
            null,
            Ruleset(Phase, Rule("true", new SetConfigAction { ProxyReadTimeoutSeconds = 1 }))
        );

        Assert.Equal(524, await site.GetAsync("/"));
    }

    private static ScriptedOrigin Echo() =>
        new(async c =>
        {
            while (await c.ReadHeadAsync() is { } head)
            {
                await c.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {head.Length}\r\n\r\n{head}");
            }
        });

    private static async Task<int> StatusAsync(EdgeUnderTest edge, string target)
    {
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync($"GET {target} HTTP/1.1\r\nHost: example.com\r\n\r\n");
        return int.Parse((await visitor.ReadHeadAsync())!.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
    }
}
