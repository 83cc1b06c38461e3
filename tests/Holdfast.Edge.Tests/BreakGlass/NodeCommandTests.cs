using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Edge.BreakGlass;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Edge.Tests.Rules;
using Holdfast.Model.Lists;
using Holdfast.Model.Rulesets;
using Holdfast.Releases.Feed;

namespace Holdfast.Edge.Tests.BreakGlass;

/// <summary>What is ordered at an edge's own machine, without control (the design's laws 7, 11 and 13).</summary>
public class NodeCommandTests
{
    private const string Site = "site.example.com";

    private static readonly RulesetConfig Blocks = RuledSite.Ruleset(
        RuledSite.Custom,
        RuledSite.Rule("http.request.uri.path eq \"/admin\"", new BlockAction((BlockResponse?)null))
    );

    [Fact]
    public async Task Revert_Zone_GoesToTheGenerationBefore_AndStaysThere()
    {
        await using var origin = Origin();
        await using var edge = await EdgeUnderTest.StartAsync();
        var id = await PutAsync(edge, origin);
        await PutAsync(edge, origin, Blocks);
        Assert.Equal(403, await StatusAsync(edge, "/admin"));

        var (status, said) = await OrderAsync(edge, NodeVerb.Revert, order => order with { Target = Site, Reason = "it blocks" });

        Assert.Equal((200, $"zone {Site} went from generation 2 to 1, and stays there until 'holdfast node unpin'"), (status, said));
        Assert.Equal(200, await StatusAsync(edge, "/admin"));
        Assert.Equal(1, edge.LiveGeneration(id));
        var pin = Assert.Single((await ShowAsync(edge))["pins"]!.AsArray())!;
        Assert.Equal(("1", "it blocks", "ann"), ($"{pin["generation"]}", $"{pin["reason"]}", $"{pin["by"]}"));

        edge.Publish(id, Site, origin.Url, null, zone => zone with { Rulesets = [Blocks] });
        await EdgeUnderTest.UntilAsync(() => edge.Intake.Held == 1);
        Assert.Equal(200, await StatusAsync(edge, "/admin"));

        Assert.Equal(200, (await OrderAsync(edge, NodeVerb.Unpin, order => order with { Target = Site })).Status);
        Assert.Equal(403, await StatusAsync(edge, "/admin"));
        Assert.Equal(2, edge.LiveGeneration(id));
    }

    [Fact]
    public async Task Revert_WhereThereIsNothingBefore_IsRefusedWithWhatThereIs()
    {
        await using var origin = Origin();
        await using var edge = await EdgeUnderTest.StartAsync();
        await PutAsync(edge, origin);

        Assert.Equal(
            (
                409,
                $"no generation of {Site} before 1 is on this disk; there are 1; 'holdfast node bypass' makes the edge a plain forwarder for a zone"
            ),
            await OrderAsync(edge, NodeVerb.Revert, order => order with { Target = Site })
        );
        Assert.Equal(
            (409, $"generation 7 of {Site} is not on this disk; there are 1"),
            await OrderAsync(edge, NodeVerb.Revert, order => order with { Target = Site, Generation = 7 })
        );
        var (status, said) = await OrderAsync(edge, NodeVerb.Pin, order => order with { Target = "nowhere.example.com" });
        Assert.Equal(409, status);
        Assert.StartsWith("there is no zone, list or certificate nowhere.example.com on this edge", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revert_List_IsLoadedAtOnce()
    {
        await using var origin = Origin();
        await using var edge = await EdgeUnderTest.StartAsync();
        await edge.PutListAsync("crawlers", ListKind.Ip, "192.0.2.1");
        await edge.PutListAsync("crawlers", ListKind.Ip, "127.0.0.1");
        await PutAsync(
            edge,
            origin,
            RuledSite.Ruleset(RuledSite.Custom, RuledSite.Rule("ip.src in $crawlers", new BlockAction((BlockResponse?)null)))
        );
        Assert.Equal(403, await StatusAsync(edge, "/"));

        Assert.Equal(200, (await OrderAsync(edge, NodeVerb.Revert, order => order with { Target = "crawlers" })).Status);
        Assert.Equal(200, await StatusAsync(edge, "/"));

        Assert.Equal(200, (await OrderAsync(edge, NodeVerb.Unpin, order => order with { Everything = true })).Status);
        Assert.Equal(403, await StatusAsync(edge, "/"));
    }

    [Fact]
    public async Task Pin_Everything_KeepsOutWhatIsNew()
    {
        await using var origin = Origin();
        await using var edge = await EdgeUnderTest.StartAsync();
        var id = await PutAsync(edge, origin);
        Assert.Equal(200, (await OrderAsync(edge, NodeVerb.Pin, order => order with { Everything = true })).Status);

        edge.Publish(id, Site, origin.Url, null, zone => zone with { Rulesets = [Blocks] });
        edge.Publish(EdgeUnderTest.IdOf("new.example.com"), "new.example.com", origin.Url);
        await EdgeUnderTest.UntilAsync(() => edge.Intake.Held == 2);

        Assert.Equal(200, await StatusAsync(edge, "/admin"));
        Assert.Equal(421, await StatusAsync(edge, "/", "new.example.com"));
        Assert.Equal("ann", $"{(await ShowAsync(edge))["pinned_everything"]!["by"]}");

        // A kill switch of control's is in force all the same.
        await edge.KillAsync(Model.KillSwitches.KillSubject.Module, "cache", null);
    }

    [Fact]
    public async Task Bypass_Zone_IsOnlyForwarded_AndItsNeighbourIsNot()
    {
        await using var origin = Origin();
        await using var edge = await EdgeUnderTest.StartAsync();
        await PutAsync(edge, origin, Blocks);
        await edge.PutZoneAsync("other.example.com", origin.Url, null, zone => zone with { Rulesets = [Blocks] });

        Assert.Equal(200, (await OrderAsync(edge, NodeVerb.Bypass, order => order with { Target = Site })).Status);

        Assert.Equal(200, await StatusAsync(edge, "/admin"));
        Assert.Equal(403, await StatusAsync(edge, "/admin", "other.example.com"));
        Assert.DoesNotContain("Cache-Status", await GetAsync(edge, Site, "/a.css"), StringComparison.Ordinal);
        Assert.All(
            (await edge.LogRecordsAsync(3)).Where(record => record.GetProperty("ZoneName").GetString() == Site),
            record => Assert.Equal("[\"local-bypass\"]", record.GetProperty("KillSwitches").GetRawText())
        );

        Assert.Equal(200, (await OrderAsync(edge, NodeVerb.Bypass, order => order with { Everything = true })).Status);
        Assert.Equal(200, await StatusAsync(edge, "/admin", "other.example.com"));

        Assert.Equal(200, (await OrderAsync(edge, NodeVerb.Unbypass, order => order with { Everything = true })).Status);
        Assert.Equal(403, await StatusAsync(edge, "/admin"));
        Assert.Equal(403, await StatusAsync(edge, "/admin", "other.example.com"));
    }

    [Fact]
    public async Task Kill_SetHere_IsInForceUntilItIsTakenBackHere()
    {
        await using var origin = Origin();
        await using var edge = await EdgeUnderTest.StartAsync();
        await PutAsync(edge, origin, Blocks);

        var (status, said) = await OrderAsync(
            edge,
            NodeVerb.Kill,
            order => order with { Subject = "phase", Killed = RuledSite.Custom, Target = Site }
        );

        Assert.Equal(200, status);
        Assert.Equal(200, await StatusAsync(edge, "/admin"));
        var kill = Assert.Single((await ShowAsync(edge))["kill_switches"]!.AsArray())!;
        var id = $"{kill["id"]}";
        Assert.StartsWith(LocalKills.Prefix, id, StringComparison.Ordinal);
        Assert.Contains(id, said, StringComparison.Ordinal);
        Assert.Equal(
            (409, "/target is something else; allowed is "),
            await OrderAsync(
                edge,
                NodeVerb.Kill,
                order => order with { Subject = "module", Killed = "nothing", Everything = true },
                said => said[..38]
            )
        );

        Assert.Equal(409, (await OrderAsync(edge, NodeVerb.Unkill, order => order with { Target = "local-000000000000" })).Status);
        Assert.Equal(200, (await OrderAsync(edge, NodeVerb.Unkill, order => order with { Target = id })).Status);
        Assert.Equal(403, await StatusAsync(edge, "/admin"));
    }

    [Fact]
    public async Task Drain_SaysSoAndServesOn_UntilUndrain()
    {
        await using var origin = Origin();
        await using var edge = await EdgeUnderTest.StartAsync();
        await PutAsync(edge, origin);
        Assert.Equal(HttpStatusCode.OK, await ReadyAsync(edge));
        Assert.DoesNotContain("Connection: close", await GetAsync(edge, Site, "/"), StringComparison.Ordinal);

        Assert.Equal(200, (await OrderAsync(edge, NodeVerb.Drain, order => order)).Status);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ReadyAsync(edge));
        var answer = await GetAsync(edge, Site, "/");
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);

        Assert.Equal(200, (await OrderAsync(edge, NodeVerb.Undrain, order => order)).Status);
        Assert.Equal(HttpStatusCode.OK, await ReadyAsync(edge));
        Assert.DoesNotContain("Connection: close", await GetAsync(edge, Site, "/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ordered_WhatWas_SurvivesARestart_AndWhatWasLeftInTheFileIsDoneByIt()
    {
        await using var origin = Origin();
        var first = await EdgeUnderTest.StartAsync();
        await PutAsync(first, origin);
        await PutAsync(first, origin, Blocks);
        await first.PutZoneAsync("other.example.com", origin.Url, null, zone => zone with { Rulesets = [Blocks] });
        Assert.Equal(200, (await OrderAsync(first, NodeVerb.Revert, order => order with { Target = Site })).Status);
        await first.DisposeAsync();
        var waiting = new WaitingCommands(Path.Combine(first.Data, "edges", "edge-1"));
        var bypass = Command(NodeVerb.Bypass) with { Target = "other.example.com" };
        foreach (var command in new[] { bypass, bypass, Command(NodeVerb.Unpin) with { Target = "nowhere.example.com" } })
        {
            await waiting.AddAsync(command, TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await using var second = await EdgeUnderTest.StartAsync(data: first.Data);

        Assert.Equal(200, await StatusAsync(second, "/admin"));
        Assert.Equal(200, await StatusAsync(second, "/admin", "other.example.com"));
        var shown = await ShowAsync(second);
        Assert.Single(shown["pins"]!.AsArray());
        Assert.Single(shown["bypasses"]!.AsArray());
        Assert.Empty(waiting.Read(out var problem));
        Assert.Null(problem);
        Assert.Equal((200, "it was done already"), await SendAsync(second, bypass));

        // Each is told upward, whatever came of it.
        var told = string.Concat(
            Directory.GetFiles(Path.Combine(first.Data, "edges", "edge-1", "uplink")).Order().Select(File.ReadAllText)
        );
        Assert.Contains("\"verb\":\"revert\"", told, StringComparison.Ordinal);
        Assert.Contains("nowhere.example.com is not pinned on this edge", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task State_Damaged_IsReadFromTheOneBefore()
    {
        await using var origin = Origin();
        var first = await EdgeUnderTest.StartAsync();
        await PutAsync(first, origin, Blocks);
        await OrderAsync(first, NodeVerb.Bypass, order => order with { Target = Site });
        await OrderAsync(first, NodeVerb.Drain, order => order);
        await first.DisposeAsync();
        var file = Path.Combine(first.Data, "edges", "edge-1", "break-glass");
        var bytes = File.ReadAllBytes(file);
        bytes[^5] ^= 1;
        File.WriteAllBytes(file, bytes);

        await using var second = await EdgeUnderTest.StartAsync(data: first.Data);

        Assert.Equal(200, await StatusAsync(second, "/admin"));
        Assert.Null((await ShowAsync(second))["draining"]);
    }

    [Fact]
    public async Task Command_WithoutTheCredential_IsRefused()
    {
        await using var edge = await EdgeUnderTest.StartAsync();
        var command = Command(NodeVerb.Drain).Write();
        var stranger = new LocalCredential("edge-1", new FeedSecret(new byte[FeedSecret.KeyBytes]));

        foreach (
            var fields in new[]
            {
                [],
                stranger.Fields(command, FeedSecret.NewNonce(), DateTimeOffset.UtcNow),
                Credential(edge).Fields(command, FeedSecret.NewNonce(), DateTimeOffset.UtcNow.AddHours(-1)),
                Credential(edge).Fields("another"u8, FeedSecret.NewNonce(), DateTimeOffset.UtcNow),
            }
        )
        {
            using var response = await PostAsync(edge, command, fields);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, await ReadyAsync(edge));
    }

    [Theory]
    [InlineData("{}", "the command is not one")]
    [InlineData("""{"id":"x","verb":"drain","by":"ann","at":"2026-01-01T00:00:00Z"}""", "id: it is not 32")]
    [InlineData(
        """{"id":"00000000000000000000000000000000","verb":"pin","by":"ann","at":"2026-01-01T00:00:00Z"}""",
        "say what it is about"
    )]
    [InlineData(
        """{"id":"00000000000000000000000000000000","verb":"revert","everything":true,"by":"ann","at":"2026-01-01T00:00:00Z"}""",
        "it is about one thing"
    )]
    [InlineData(
        """{"id":"00000000000000000000000000000000","verb":"drain","more":1,"by":"ann","at":"2026-01-01T00:00:00Z"}""",
        "the command is not one"
    )]
    public async Task Command_WrittenWrongly_IsRefusedWithThePlace(string json, string reason)
    {
        await using var edge = await EdgeUnderTest.StartAsync();
        var bytes = Encoding.UTF8.GetBytes(json);

        using var response = await PostAsync(edge, bytes, Credential(edge).Fields(bytes, FeedSecret.NewNonce(), DateTimeOffset.UtcNow));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(reason, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static ScriptedOrigin Origin() =>
        new(async c =>
        {
            while (await c.ReadHeadAsync() is not null)
            {
                await c.SendAsync("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 2\r\n\r\nok");
            }
        });

    private static Task<string> PutAsync(EdgeUnderTest edge, ScriptedOrigin origin, params RulesetConfig[] rulesets) =>
        edge.PutZoneAsync(Site, origin.Url, null, zone => zone with { Rulesets = [.. rulesets] });

    private static async Task<int> StatusAsync(EdgeUnderTest edge, string path, string host = Site) =>
        int.Parse((await GetAsync(edge, host, path)).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);

    // Its head, with a connection that could go on.
    private static async Task<string> GetAsync(EdgeUnderTest edge, string host, string path)
    {
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync($"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        return await visitor.ReadHeadAsync() ?? "";
    }

    private static NodeCommand Command(NodeVerb verb) =>
        new()
        {
            Id = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16)),
            Verb = verb,
            By = "ann",
            At = DateTimeOffset.UtcNow,
        };

    private static LocalCredential Credential(EdgeUnderTest edge) =>
        LocalCredential.Load(Path.Combine(edge.Data, "edges", "edge-1"), "edge-1");

    private static async Task<(int Status, string Said)> OrderAsync(
        EdgeUnderTest edge,
        NodeVerb verb,
        Func<NodeCommand, NodeCommand> fill,
        Func<string, string>? part = null
    )
    {
        var (status, said) = await SendAsync(edge, fill(Command(verb)));
        return (status, part?.Invoke(said) ?? said);
    }

    private static async Task<(int Status, string Said)> SendAsync(EdgeUnderTest edge, NodeCommand command)
    {
        var bytes = command.Write();
        var nonce = FeedSecret.NewNonce();
        using var response = await PostAsync(edge, bytes, Credential(edge).Fields(bytes, nonce, DateTimeOffset.UtcNow));
        Assert.Equal(Credential(edge).AnswerProof(nonce), Assert.Single(response.Headers.GetValues(FeedHeaders.Proof)));
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        return ((int)response.StatusCode, $"{answer["text"]}");
    }

    private static async Task<HttpResponseMessage> PostAsync(
        EdgeUnderTest edge,
        byte[] bytes,
        IEnumerable<(string Name, string Value)> fields
    )
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(edge.Management, LocalCredential.Path))
        {
            Content = new ByteArrayContent(bytes),
        };
        foreach (var (name, value) in fields)
        {
            request.Headers.Add(name, value);
        }

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<JsonNode> ShowAsync(EdgeUnderTest edge)
    {
        using var client = new HttpClient();
        return JsonNode.Parse(
            await client.GetStringAsync(new Uri(edge.Management, "/holdfast/node"), TestContext.Current.CancellationToken)
        )!;
    }

    private static async Task<HttpStatusCode> ReadyAsync(EdgeUnderTest edge)
    {
        using var client = new HttpClient();
        using var response = await client.GetAsync(new Uri(edge.Management, "/readyz"), TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
