using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Artifacts.Bots;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Rules.Signals;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Edge.Tests.Rules;
using Holdfast.Model.Bots;
using Holdfast.Model.KillSwitches;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Bots;

/// <summary>The bot feature file on an edge: what a score does, and what a bad file does not.</summary>
public class BotFeatureTests
{
    private static readonly BotFeaturesConfig File = Of(
        new BotFeature("curl", "starts_with(http.user_agent, \"curl/\")", -40),
        new BotFeature("robot", "http.user_agent contains \"robot\"", -15),
        new BotFeature("language", "len(http.request.headers[\"accept-language\"]) gt 0", 10)
    );

    private static readonly RuleConfig[] Rules =
    [
        RuledSite.Rule("cf.bot_management.score lt 30", new BlockAction((BlockResponse?)null)),
        RuledSite.Rule("http.request.uri.path eq \"/blocked\"", new BlockAction((BlockResponse?)null)),
    ];

    [Fact]
    public async Task Score_WithAFileAndWithout_IsKnownOrUnknown()
    {
        await using var site = await RuledSite.StartAsync(RuledSite.Custom, Rules);
        Assert.Equal(200, await StatusAsync(site.Edge, "curl/8.0"));

        await site.Edge.PutBotFeaturesAsync(File);
        Assert.Equal(403, await StatusAsync(site.Edge, "curl/8.0"));

        // Too little evidence: unknown, and a rule that reads what is unknown does not act.
        Assert.Equal(200, await StatusAsync(site.Edge, "robot"));
        Assert.Equal(200, await StatusAsync(site.Edge, "Mozilla/5.0"));

        await site.Edge.RemoveBotFeaturesAsync();
        Assert.Equal(200, await StatusAsync(site.Edge, "curl/8.0"));
    }

    // A rule before has taken out what the score is made of.
    [Fact]
    public async Task Score_ThatOnlyAValueReads_IsThatOfTheRequestAsItCame()
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            while (await c.ReadHeadAsync() is { } head)
            {
                await c.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {head.Length}\r\n\r\n{head}");
            }
        });
        await using var site = await RuledSite.StartAsync(
            origin,
            null,
            RuledSite.Ruleset(
                "http_request_late_transform",
                RuledSite.Rule("true", new RewriteHeadersAction([new HeaderChange("User-Agent", HeaderOperation.Remove, null)])),
                RuledSite.Rule(
                    "true",
                    new RewriteHeadersAction([
                        new HeaderChange("X-Score", HeaderOperation.Set, new RuleText("to_string(cf.bot_management.score)", true)),
                    ])
                )
            )
        );
        await site.Edge.PutBotFeaturesAsync(File);

        var (_, body) = await site.AskAsync("GET / HTTP/1.1\r\nHost: example.com\r\nUser-Agent: curl/8.0\r\n\r\n");

        Assert.Contains("x-score: 10\r\n", body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("curl", body, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Score_ThatOnlyALimitsKeyReads_IsAskedForInTime()
    {
        var limit = new RateLimitConfig
        {
            Characteristics = ["ip.src"],
            PeriodSeconds = 60,
            RequestsPerPeriod = 1,
        };

        Assert.Equal(ClientFacts.None, RateLimitRuntime.Compile("zone", "rule", limit).Asked);
        Assert.Equal(
            ClientFacts.Score | ClientFacts.Category,
            RateLimitRuntime
                .Compile("zone", "rule", limit with { Characteristics = ["cf.bot_management.score", "lower(holdfast.bot.category)"] })
                .Asked
        );
    }

    [Fact]
    public async Task File_ThatIsBad_IsRefusedAndTheLastGoodOneServes()
    {
        await using var site = await RuledSite.StartAsync(RuledSite.Custom, Rules);
        await site.Edge.PutBotFeaturesAsync(File);
        var good = BotFeatureArtifact.Write(File);
        var many = Of([.. Enumerable.Range(0, 201).Select(i => new BotFeature($"f{i}", "ssl", -1))]);
        byte[][] bad =
        [
            BotFeatureArtifact.Write(many),
            BotFeatureArtifact.Write(File with { Features = [.. File.Features, .. File.Features], Rows = 6 }),
            [.. good, .. good],
            good[..^1],
            "x"u8.ToArray(),
            "{}"u8.ToArray(),
            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(good).Replace("-40", "\"-40\"", StringComparison.Ordinal)),
            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(good).Replace("-40", "-4e300", StringComparison.Ordinal)),
            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(good).Replace("contains", "contaminates", StringComparison.Ordinal)),
            // Within the limit, and far from what is in use.
            BotFeatureArtifact.Write(Of([.. Enumerable.Range(0, 100).Select(i => new BotFeature($"f{i}", "ssl", -1))])),
        ];
        for (var i = 0; i < bad.Length; i++)
        {
            var refused = i + 1;
            var before = site.Edge.LiveGeneration(BotFeaturesConfig.Name);
            site.Edge.PublishBotFeatures(bad[i]);
            await EdgeUnderTest.UntilAsync(() => site.Edge.Intake.Refused == refused);
            Assert.Equal(before, site.Edge.LiveGeneration(BotFeaturesConfig.Name));
            Assert.Equal(403, await StatusAsync(site.Edge, "curl/8.0"));
            Assert.Equal(200, await StatusAsync(site.Edge, "Mozilla/5.0"));

            // Good and bad builds that alternate: each good one is taken.
            await site.Edge.PutBotFeaturesAsync(File with { LeastEvidence = 20 + refused });
        }
    }

    [Fact]
    public async Task File_AfterARestart_ServesFromTheDisk()
    {
        var site = await RuledSite.StartAsync(RuledSite.Custom, Rules);
        await site.Edge.PutBotFeaturesAsync(File);
        var data = site.Edge.Data;
        await site.Edge.DisposeAsync();

        await using var again = await EdgeUnderTest.StartAsync(data: data);
        Assert.Equal(403, await StatusAsync(again, "curl/8.0"));
        await site.Origin.DisposeAsync();
    }

    [Fact]
    public async Task Loader_WithTheDefectAndWithoutChecks_IsTheModulesFaultAlone()
    {
        await using var site = await RuledSite.StartAsync(
            RuledSite.Custom,
            options => options with { FaultInjection = true, BotFeatures = BotFeatureLimits.LeftOut },
            Rules
        );
        await site.Edge.PutBotFeaturesAsync(File);
        var many = Of([.. File.Features, .. Enumerable.Range(0, 300).Select(i => new BotFeature($"f{i}", "http.host eq \"no\"", -1))]);

        // There is no room to overrun where nothing is made to fail.
        await site.Edge.PutBotFeaturesAsync(many);
        Assert.Equal(403, await StatusAsync(site.Edge, "curl/8.0"));

        site.Edge.Guard.Faults!.Trip(new TrippedFault(FaultPoint.FeatureLoaderDiesAbove200, FaultAction.Throw, null, 1, 0));
        site.Edge.PublishBotFeatures(BotFeatureArtifact.Write(many with { LeastEvidence = 49 }));
        await EdgeUnderTest.UntilAsync(() => site.Edge.Intake.Refused == 1);
        Assert.Equal(403, await StatusAsync(site.Edge, "curl/8.0"));
    }

    [Fact]
    public async Task Score_WhoseModuleFailsOrIsKilled_IsUnknownAndTheRulesGoOn()
    {
        await using var site = await RuledSite.StartAsync(RuledSite.Custom, options => options with { FaultInjection = true }, Rules);
        await site.Edge.PutBotFeaturesAsync(File);

        site.Edge.Guard.Faults!.Trip(new TrippedFault(FaultPoint.Bots, FaultAction.Throw, null, 1, 0));
        Assert.Equal(403, await StatusAsync(site.Edge, "curl/8.0", "/blocked"));
        site.Edge.Guard.Faults!.Trip(new TrippedFault(FaultPoint.Bots, FaultAction.Throw, null, 1, 0));
        Assert.Equal(200, await StatusAsync(site.Edge, "curl/8.0"));
        Assert.Equal(403, await StatusAsync(site.Edge, "curl/8.0"));

        var kill = await site.Edge.KillAsync(KillSubject.Module, EdgeModules.NameOf(EdgeModule.Bots), null);
        Assert.Equal(200, await StatusAsync(site.Edge, "curl/8.0"));
        Assert.Equal(403, await StatusAsync(site.Edge, "curl/8.0", "/blocked"));
        await site.Edge.UnkillAsync(kill);
        Assert.Equal(403, await StatusAsync(site.Edge, "curl/8.0"));
    }

    [Fact]
    public async Task Score_ThatARuleHasAsked_IsInTheLogWithItsFeatures()
    {
        await using var site = await RuledSite.StartAsync(RuledSite.Custom, Rules);
        await StatusAsync(site.Edge, "curl/8.0", "/1");
        await site.Edge.PutBotFeaturesAsync(File);
        await StatusAsync(site.Edge, "curl/8.0 robot", "/2");
        await StatusAsync(site.Edge, "robot", "/3");

        // Records of several connections come in any order.
        var records = (await site.Edge.LogRecordsAsync(3)).OrderBy(r => r.GetProperty("ClientRequestPath").GetString()).ToList();
        Assert.False(records[0].TryGetProperty("BotScore", out _));
        Assert.Equal((1, "curl,robot"), (records[1].GetProperty("BotScore").GetInt32(), FeaturesOf(records[1])));
        Assert.Equal((0, "robot"), (records[2].GetProperty("BotScore").GetInt32(), FeaturesOf(records[2])));

        static string FeaturesOf(JsonElement record) =>
            string.Join(',', record.GetProperty("BotFeatures").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public async Task Score_OfARequestWithTheZonesToken_IsInTheAnswer()
    {
        await using var origin = ScriptedOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        const string token = "0123456789abcdef0123456789abcdef";
        await using var site = await RuledSite.StartAsync(
            origin,
            new ZoneSettings { CacheDebugTokenSha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(token))) },
            RuledSite.Ruleset(RuledSite.Custom, RuledSite.Rule("cf.bot_management.score lt 3", new LogAction()))
        );
        await site.Edge.PutBotFeaturesAsync(File);
        using var visitor = await Conversation.ConnectAsync(site.Edge.Http);
        await visitor.SendAsync(
            $"GET / HTTP/1.1\r\nHost: a.example.com\r\nUser-Agent: curl/8\r\nX-Holdfast-Debug: {token}\r\nConnection: close\r\n\r\n"
        );
        Assert.Contains("X-Holdfast-Bots: score=10, why=\"curl -40\"", (await visitor.ReadHeadAsync())!, StringComparison.Ordinal);
    }

    private static BotFeaturesConfig Of(params BotFeature[] features) =>
        new()
        {
            Features = [.. features],
            LeastEvidence = 20,
            Rows = features.Length,
        };

    private static async Task<int> StatusAsync(EdgeUnderTest edge, string agent, string path = "/")
    {
        using var conversation = await Conversation.ConnectAsync(edge.Http);
        await conversation.SendAsync($"GET {path} HTTP/1.1\r\nHost: a.example.com\r\nUser-Agent: {agent}\r\nConnection: close\r\n\r\n");
        return int.Parse((await conversation.ReadHeadAsync())!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
