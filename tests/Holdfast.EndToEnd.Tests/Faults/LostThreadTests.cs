using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Faults;

/// <summary>A module that does not come back, in the real program.</summary>
public sealed class LostThreadTests
{
    [Fact]
    public async Task Edge_WhoseThreadIsLost_IsReplacedWithoutARefusedConnection()
    {
        const int Visitors = 8;
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 hello; }");
        await using var holdfast = await HoldfastUnderTest.StartAsync(more: ["--origin", nginx.Url, "--fault-injection"]);
        var before = holdfast.ProcessOf("edge-1");
        var load = new ConnectionLoad(holdfast.Http.Port, "busy.example.com");
        var visitors = Enumerable.Range(0, Visitors).Select(_ => load.RunAsync()).ToList();
        await Eventually.TrueAsync(() => load.Answered > 200, "load");

        using var client = new HttpClient();
        using var tripped = await client.PutAsync(
            new Uri(holdfast.Management, "/holdfast/faults/cache?action=hang"),
            null,
            TestContext.Current.CancellationToken
        );
        tripped.EnsureSuccessStatusCode();
        await holdfast.SaysAsync("edge-1 wants to be replaced: 1 of its threads do not come back from a module");
        await holdfast.SaysAsync("edge-1 is back");
        var answered = load.Answered;
        await Eventually.TrueAsync(() => load.Answered > answered + 200, "load on the new process");
        load.Stop();
        await Task.WhenAll(visitors);

        Assert.NotEqual(before, holdfast.ProcessOf("edge-1"));
        Assert.Equal(0, load.Refused);
        Assert.InRange(load.Broken, 1, Visitors);
        TestContext.Current.TestOutputHelper!.WriteLine($"answered {load.Answered}, broken {load.Broken}");
    }

    [Fact]
    public async Task Up_WithFaultInjection_OnDataThatWasServed_SaysWhyNot()
    {
        using var directory = new TemporaryDirectory();
        var data = directory["data"];
        await using (await HoldfastUnderTest.StartAsync(data))
        {
            // It has served.
        }

        var refused = await HoldfastUnderTest.RunAsync("run", "edge", "--data", data, "--fault-injection", "--http", "0", "--https", "0");

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("have served without it", refused.Error, StringComparison.Ordinal);
    }
}
