using System.Text.Json;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Drills;

/// <summary>Drills as people hold them, with fewer visitors than by default.</summary>
public sealed class DrillTests
{
    [Theory]
    [InlineData("control-down")]
    [InlineData("store-corrupt")]
    [InlineData("nov18")]
    public async Task Drill_HeldAgainstAFleet_Passes(string name)
    {
        using var directory = new TemporaryDirectory();
        var page = directory["report.html"];
        var result = await HoldfastUnderTest.RunAsync("drill", name, "--json", "--rate", "50", "--report", page);
        Assert.True(result.ExitCode == 0, $"{result.Out}\n{result.Error}");
        var report = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal((name, true), (report.GetProperty("drill").GetString(), report.GetProperty("passed").GetBoolean()));
        Assert.True(report.GetProperty("requests").GetInt64() > 100, result.Out);
        Assert.Contains("<svg", await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Drill_UnknownOrBadRate_IsOneLineAndAnExitCode()
    {
        var unknown = await HoldfastUnderTest.RunAsync("drill", "nov17");
        Assert.Equal((3, "holdfast: there is no drill 'nov17'; 'holdfast drill list' shows them\n"), (unknown.ExitCode, unknown.Error));
        var rate = await HoldfastUnderTest.RunAsync("drill", "all", "--rate", "0");
        Assert.Equal(
            (2, "holdfast: --rate: '0' is not a number from 10 to 20000; see 'holdfast drill --help'\n"),
            (rate.ExitCode, rate.Error)
        );
        var list = await HoldfastUnderTest.RunAsync("drill", "list", "--json");
        Assert.Contains("thundering-sign-in", list.Succeeded().Out);
    }
}
