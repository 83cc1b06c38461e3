using Holdfast.Artifacts.Bots;
using Holdfast.Edge.Tests.Rules;
using Holdfast.Model.Bots;
using Holdfast.Model.Rulesets;

namespace Holdfast.Edge.Tests.Releases;

/// <summary>A bot feature file beside the one that is live, as visitors whose score is asked for meet it.</summary>
public sealed class BotFeatureSliceTests : IAsyncDisposable
{
    private const string Zone = "www.example.com";

    private readonly SharedSlices _site = new(Zone);

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Slice_IsAShareOfTheVisitorsWhoStayOnTheirSide()
    {
        await StartAsync(RuledSite.Custom, new BlockAction((BlockResponse?)null));
        _site.Edge.PublishBotFeatures(BotFeatureArtifact.Write(Of(-40)));
        await _site.OnTrialAsync(BotFeaturesConfig.Name);
        Assert.InRange(await _site.CountAsync(403), 76, 124);
        Assert.Contains(_site.Edge.Standings, standing => standing.Name == BotFeaturesConfig.Name && standing.Share == 50);
    }

    [Fact]
    public async Task Slice_ThoseWhoAreScoredByItGetErrors_IsRevertedAndNobodyMeetsItAnyMore()
    {
        await StartAsync("http_request_origin", new RouteAction(null, null, 1, null));
        _site.Edge.PublishBotFeatures(BotFeatureArtifact.Write(Of(-40)));
        await _site.OnTrialAsync(BotFeaturesConfig.Name);
        await _site.RevertedAsync(BotFeaturesConfig.Name);
        Assert.Equal(200, await _site.CountAsync(200));
    }

    private static BotFeaturesConfig Of(int weight) =>
        new()
        {
            Features = [new BotFeature("all", $"http.host eq \"{Zone}\"", weight)],
            LeastEvidence = 20,
            Rows = 1,
        };

    private async Task StartAsync(string phase, RuleAction action)
    {
        await _site.StartAsync(TimeSpan.FromHours(1));
        await _site.Edge.PutBotFeaturesAsync(Of(40));
        await _site.Edge.PutZoneAsync(
            Zone,
            _site.Origin,
            null,
            zone => zone with { Rulesets = [RuledSite.Ruleset(phase, RuledSite.Rule("cf.bot_management.score lt 30", action))] }
        );
        Assert.Equal(200, await _site.AskAsync(0));
    }
}
