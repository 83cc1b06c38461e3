using System.Net;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Edge.Tests.Rules;
using Holdfast.Model.Lists;
using Holdfast.Model.Releases;
using Holdfast.Model.Rulesets;
using Holdfast.Releases.Rollout;

namespace Holdfast.Edge.Tests.Releases;

/// <summary>A list's release beside what is live, as visitors meet it.</summary>
public sealed class ListSliceTests : IAsyncDisposable
{
    private const string List = "partners";
    private const string Zone = "www.example.com";

    private readonly ScriptedOrigin _origin = ScriptedOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    private EdgeUnderTest _edge = null!;

    [Fact]
    public async Task Slice_OfAList_IsAShareOfTheVisitorsWhoStayOnTheirSide()
    {
        await StartAsync(Custom(new BlockAction((BlockResponse?)null)), TimeSpan.FromHours(1));
        var candidate = PublishAll();
        await EdgeUnderTest.UntilAsync(() => _edge.Standings.Any(standing => standing.Candidate == candidate && standing.Share == 50));
        var blocked = 0;
        for (var visitor = 0; visitor < 200; visitor++)
        {
            var status = await AskAsync(visitor);
            Assert.Equal(status, await AskAsync(visitor));
            blocked += status == 403 ? 1 : 0;
        }

        // 100 are expected; fewer than 76 or more than 124 would come by chance less than once in a thousand. To block is no fault.
        Assert.InRange(blocked, 76, 124);
        Assert.Equal(ReleaseStage.Slice, Assert.Single(_edge.Standings).Stage);
    }

    [Fact]
    public async Task Slice_ThoseWhoMeetItGetErrors_IsRevertedAndNobodyMeetsItAnyMore()
    {
        await StartAsync(ToNowhere, TimeSpan.FromHours(1));
        var candidate = PublishAll();
        await EdgeUnderTest.UntilAsync(() => _edge.Standings.Any(standing => standing.Candidate == candidate));
        for (var visitor = 0; visitor < 200; visitor++)
        {
            await AskAsync(visitor);
        }

        await EdgeUnderTest.UntilAsync(() => _edge.Standings.Any(standing => standing.Stage == ReleaseStage.Reverted));
        for (var visitor = 0; visitor < 200; visitor++)
        {
            Assert.Equal(200, await AskAsync(visitor));
        }
    }

    [Fact]
    public async Task Slice_InGoodHealth_GoesToAll()
    {
        await StartAsync(Custom(new BlockAction((BlockResponse?)null)), TimeSpan.FromMilliseconds(50));
        var candidate = PublishAll();
        await EdgeUnderTest.UntilAsync(() => _edge.LiveGeneration(EdgeUnderTest.IdOf(List)) == candidate);
        for (var visitor = 0; visitor < 20; visitor++)
        {
            Assert.Equal(403, await AskAsync(visitor));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _edge.DisposeAsync();
        await _origin.DisposeAsync();
    }

    private static RulesetConfig ToNowhere =>
        RuledSite.Ruleset("http_request_origin", RuledSite.Rule($"ip.src in ${List}", new RouteAction(null, null, 1, null)));

    private static RulesetConfig Custom(RuleAction action) =>
        RuledSite.Ruleset(RuledSite.Custom, RuledSite.Rule($"ip.src in ${List}", action));

    private async Task StartAsync(RulesetConfig ruleset, TimeSpan step)
    {
        _edge = await EdgeUnderTest.StartAsync(options =>
            options with
            {
                Rollout = new RolloutOptions
                {
                    Zone = new RolloutPace { Bake = TimeSpan.FromHours(1) },
                    Shared = new RolloutPace { Steps = [new RolloutStep(50, step)], Bake = TimeSpan.FromHours(1) },
                    LookEvery = TimeSpan.FromMilliseconds(10),
                },
                TrustedUpstreams = [IPNetwork.Parse("127.0.0.0/8")],
            }
        );
        await _edge.PutListAsync(List, ListKind.Ip, "192.0.2.1");
        await _edge.PutZoneAsync(Zone, _origin.Url, null, zone => zone with { Rulesets = [ruleset] });
        Assert.Equal(200, await AskAsync(0));
    }

    private long PublishAll() => _edge.PublishList(List, ListKind.Ip, "10.0.0.0/8");

    private async Task<int> AskAsync(int visitor)
    {
        using var conversation = await Conversation.ConnectAsync(_edge.Http);
        await conversation.SendAsync(
            $"GET / HTTP/1.1\r\nHost: {Zone}\r\nX-Forwarded-For: 10.{visitor / 250}.{visitor % 250}.7\r\nConnection: close\r\n\r\n"
        );
        var answer = await conversation.ReadToEndAsync();
        return int.Parse(answer.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
    }
}
