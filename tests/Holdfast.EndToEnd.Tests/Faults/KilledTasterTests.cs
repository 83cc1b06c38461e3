using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Faults;

/// <summary>The process that loads releases before its edge does.</summary>
public sealed class KilledTasterTests
{
    [Fact]
    public async Task Taster_Killed_IsReplacedAndChangesGoOnAndItEndsWithItsEdge()
    {
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 '$http_host'; }");
        await using var holdfast = await HoldfastUnderTest.StartAsync();
        var first = await TasterAsync(holdfast, 0);
        await holdfast.ZoneAsync("tasted.example.com", nginx.Url);

        Signals.Send(first, Signals.Kill);
        await holdfast.ZoneAsync("tasted.example.com", nginx.Url, ("origin_host_header", "changed.example.net"));
        Assert.Equal("changed.example.net", (await Curl.GetAsync(holdfast.Http, "tasted.example.com", "/")).Body);
        var second = await TasterAsync(holdfast, first);

        var edge = holdfast.ProcessOf("edge-1");
        Signals.Send(edge, Signals.Kill);
        await Eventually.TrueAsync(() => !Signals.IsAlive(second), "the taster's end with its edge");
        await holdfast.SaysAsync("edge-1 is back");
        await holdfast.ZoneAsync("tasted.example.com", nginx.Url, ("origin_host_header", "again.example.net"));
    }

    private static async Task<int> TasterAsync(HoldfastUnderTest holdfast, int otherThan)
    {
        var process = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                process = (await holdfast.StateAsync())["taster"]!["process"]?.GetValue<int>() ?? 0;
                return process != 0 && process != otherThan;
            },
            "a taster"
        );
        return process;
    }
}
