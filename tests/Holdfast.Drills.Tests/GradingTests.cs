using System.Text.Json;
using Holdfast.Drills.Fleets;
using Holdfast.Drills.Grading;
using Holdfast.Drills.Visitors;

namespace Holdfast.Drills.Tests;

/// <summary>A drill proves something only if it can fail.</summary>
public sealed class GradingTests
{
    [Fact]
    public void Visitors_NobodyCame_ProvesNothing() => Assert.False(new VisitorsLaw(14).Grade(new Timeline(), 0).Passed);

    [Fact]
    public void Visitors_OneLost_BreaksTheLaw()
    {
        var timeline = Answered(9_999);
        Assert.True(new VisitorsLaw(14).Grade(timeline, 0).Passed);
        timeline.Lost("edge-2", "site-1.example.com", "502");
        var grade = new VisitorsLaw(14).Grade(timeline, 0);
        Assert.False(grade.Passed);
        Assert.StartsWith("1 of 10000 requests lost, allowed 0; p99 ", grade.Figure);
        Assert.Equal(
            ("edge-2", "site-1.example.com", "502"),
            (timeline.Losses[0].Edge, timeline.Losses[0].Zone, timeline.Losses[0].Trouble)
        );
    }

    [Fact]
    public void Visitors_WhatWasInFlightInAKilledProcess_IsAllowedAndNotOneMore()
    {
        var timeline = Answered(100);
        timeline.Lost("edge-1", "site-1.example.com", "connection reset");
        Assert.True(new VisitorsLaw(3).Grade(timeline, 1).Passed);
        timeline.Lost("edge-1", "site-1.example.com", "connection reset");
        Assert.False(new VisitorsLaw(3).Grade(timeline, 1).Passed);
    }

    [Fact]
    public void Quantile_AKnownSpread_IsWithinAStep()
    {
        var timeline = new Timeline();
        for (var milliseconds = 1; milliseconds <= 1_000; milliseconds++)
        {
            timeline.Answered(TimeSpan.FromMilliseconds(milliseconds));
        }

        Assert.InRange(timeline.Quantile(0.5), 500, 530);
        Assert.InRange(timeline.Quantile(0.99), 990, 1_045);
        Assert.Equal(1_000, timeline.Steps.Sum(step => step.Answered));
    }

    [Fact]
    public void Report_OneLawBroken_Failed()
    {
        Assert.True(Report([new LawGrade(14, true, "a"), new LawGrade(17, true, "b")], null).Passed);
        Assert.False(Report([new LawGrade(14, true, "a"), new LawGrade(17, false, "b")], null).Passed);
        Assert.False(Report([new LawGrade(14, true, "a")], "edge-1 does not serve").Passed);
        Assert.False(Report([], null).Passed);
    }

    [Fact]
    public void Report_AsJson_HasTheMembersThatScriptsRead()
    {
        var json = JsonDocument.Parse(Report([new LawGrade(17, true, "19 of 19 refused")], null).ToJson()).RootElement;
        Assert.Equal(
            ["drill", "passed", "requests", "lost", "detect_s", "stop_s", "revert_s", "attribute_s", "laws"],
            json.EnumerateObject().Select(member => member.Name)
        );
        Assert.Equal(JsonValueKind.Null, json.GetProperty("detect_s").ValueKind);
        Assert.Equal("""{"law":17,"passed":true,"figure":"19 of 19 refused"}""", json.GetProperty("laws")[0].GetRawText());
        Assert.Equal("no edge", JsonDocument.Parse(Report([], "no edge").ToJson()).RootElement.GetProperty("fault").GetString());
    }

    [Fact]
    public void Page_WhatAnOriginSays_IsText()
    {
        var report = Report([new LawGrade(17, false, "<script>alert(1)</script>")], "<b>");
        var page = HtmlReport.Render([report], DateTimeOffset.UnixEpoch);
        Assert.DoesNotContain("<script>", page);
        Assert.DoesNotContain("<b>", page);
        Assert.Contains("&lt;script&gt;", page);
        Assert.Contains("<svg", page);
    }

    [Fact]
    public async Task Origin_AnswersWithWhatItWasAsked()
    {
        await using var origin = await DrillOrigin.StartAsync(TestContext.Current.CancellationToken);
        using var visitor = new Visitor(origin.Address.Port);
        var right = await visitor.AskAsync("site-1.example.com", "/page/1?x=y", TestContext.Current.CancellationToken);
        Assert.Equal((200, true), (right.Status, right.Right));
    }

    [Fact]
    public async Task Visitor_NobodyListens_IsTroubleAndNoFault()
    {
        int port;
        await using (var origin = await DrillOrigin.StartAsync(TestContext.Current.CancellationToken))
        {
            port = origin.Address.Port;
        }

        using var visitor = new Visitor(port);
        var visit = await visitor.AskAsync("site-1.example.com", "/", TestContext.Current.CancellationToken);
        Assert.False(visit.Right);
        Assert.NotNull(visit.Trouble);
    }

    [Fact]
    public async Task Link_Cut_DropsWhatIsOpenAndMendedLetsThrough()
    {
        await using var origin = await DrillOrigin.StartAsync(TestContext.Current.CancellationToken);
        await using var link = new SeverableLink(origin.Address.Port);
        using var visitor = new Visitor(link.Port);
        Assert.True((await visitor.AskAsync("site-1.example.com", "/", TestContext.Current.CancellationToken)).Right);
        link.Cut();
        Assert.False((await visitor.AskAsync("site-1.example.com", "/", TestContext.Current.CancellationToken)).Right);
        link.Mend();
        Assert.True((await visitor.AskAsync("site-1.example.com", "/", TestContext.Current.CancellationToken)).Right);
    }

    private static Timeline Answered(int count)
    {
        var timeline = new Timeline();
        for (var request = 0; request < count; request++)
        {
            timeline.Answered(TimeSpan.FromMilliseconds(1));
        }

        return timeline;
    }

    private static DrillReport Report(LawGrade[] laws, string? fault) => new(DrillCatalog.All[0], null, Answered(1), laws, fault);
}
