using System.Text.Json;
using Holdfast.Drills.Grading;
using Holdfast.Drills.Protections;
using Holdfast.Drills.Visitors;

namespace Holdfast.Drills.Tests;

/// <summary>Drills that are held without protections: only the outage of then proves that passing with them means something.</summary>
public sealed class WithoutTests
{
    private static readonly Drill Fastly = DrillCatalog.Find("fastly")!;

    [Fact]
    public void Walls_Named_AreReadInTheirOrder()
    {
        Assert.Equal([Protection.Guard], Read("guard").Walls);
        Assert.Equal([Protection.Guard], Read("guard, guard").Walls);
        Assert.Equal(Fastly.Walls, Read("all").Walls);
        Assert.Null(Read("all").Error);
        Assert.Equal("'roof' is no protection that fastly can be held without; allowed are guard, or all", Read("guard,roof").Error);
        Assert.Equal("no protection is named", Read(",").Error);
        Assert.Equal("the drill byoip has no protection that can be taken away", Wall.Read("all", DrillCatalog.Find("byoip")!).Error);
    }

    [Fact]
    public void Series_OutageCame_Passed()
    {
        var report = Series(passed: true, outage: true);
        Assert.True(report.IsBare);
        Assert.True(report.Passed);
        Assert.Equal("50.0% more of the requests", report.Bought(1));
    }

    [Fact]
    public void Series_OutageDidNotCome_ProvesNothing()
    {
        var report = Series(passed: true, outage: false);
        Assert.False(report.Passed);
        Assert.Contains("proves nothing", report.Verdict);
    }

    [Fact]
    public void Series_FailedWithAllProtections_Failed() => Assert.False(Series(passed: false, outage: true).Passed);

    [Fact]
    public void Share_OfAPartOfTheTime_CountsThatPart()
    {
        var timeline = new Timeline();
        Assert.Equal(0, timeline.LostShare(0));
        timeline.Answered(TimeSpan.FromMilliseconds(1));
        timeline.Lost("edge-1", "site-1.example.com", "500");
        Assert.Equal(0.5, timeline.LostShare(0));
        Assert.Equal(0, timeline.LostShare(timeline.Now + 10));
        Assert.Equal(0, timeline.LostShare(0, to: 0));
    }

    [Fact]
    public void Report_WithoutProtections_SaysSo()
    {
        var json = JsonDocument.Parse(Series(passed: true, outage: true).Runs[1].ToJson()).RootElement;
        Assert.Equal("guard", json.GetProperty("without")[0].GetString());
        Assert.True(json.GetProperty("outage").GetBoolean());
    }

    [Fact]
    public void Page_OfASeries_HasWhatEachBought()
    {
        var series = Series(passed: true, outage: true);
        var page = HtmlReport.Render(series.Runs, DateTimeOffset.UnixEpoch, series);
        Assert.Contains("50.0% more of the requests", page);
        Assert.Contains("fastly without guard", page);
    }

    [Fact]
    public void Chronicle_PastMidnight_GoesOn()
    {
        var chronicle = new Chronicle("a report", [new("23:50", "it begins"), new("00:10", "it ends")]);
        Assert.Equal([0, 20], chronicle.Entries.Select(chronicle.MinutesTo));
    }

    [Fact]
    public void Page_OfADrillWithAChronicle_HasBothBesideEachOther()
    {
        var page = HtmlReport.Render([Series(passed: true, outage: true).Runs[0]], DateTimeOffset.UnixEpoch);
        Assert.Contains("<td>+40 min<td class=\"soft\">10:27<td>the customer&#39;s configuration is found to be the cause", page);
    }

    private static (Protection[] Walls, string? Error) Read(string text)
    {
        var (walls, error) = Wall.Read(text, Fastly);
        return ([.. walls], error);
    }

    private static WithoutReport Series(bool passed, bool outage)
    {
        var well = new Timeline();
        well.Answered(TimeSpan.FromMilliseconds(1));
        var ill = new Timeline();
        ill.Answered(TimeSpan.FromMilliseconds(1));
        ill.Lost("edge-1", "site-1.example.com", "500");
        return new WithoutReport(
            Fastly,
            [
                new DrillReport(Fastly, null, well, [new LawGrade(3, passed, "")], null),
                new DrillReport(Fastly, null, ill, [new LawGrade(3, false, "")], null) { Without = [Protection.Guard], IsOutage = outage },
            ]
        );
    }
}
