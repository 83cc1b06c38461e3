using System.Net;
using System.Net.Sockets;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Faults;

/// <summary>kill -9 of each process, and what visitors notice of it.</summary>
public sealed class KilledProcessTests
{
    [Fact]
    public async Task Control_Killed_TrafficGoesOnAndChangesGoLiveAfterItsReturn()
    {
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 '$http_host'; }");
        await using var holdfast = await HoldfastUnderTest.StartAsync(environment: new() { ["HOLDFAST_LOG"] = "information" });
        var id = await holdfast.ZoneAsync("kept.example.com", nginx.Url);
        var edge = holdfast.ProcessOf("edge-1");
        var control = holdfast.ProcessOf("control");

        Signals.Send(control, Signals.Kill);
        var served = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                Assert.Equal(200, (await Curl.GetAsync(holdfast.Http, "kept.example.com", "/")).Status);
                served++;
                return holdfast.Error.Contains("control is back", StringComparison.Ordinal)
                    && holdfast.Error.Split("Following control's releases").Length > 2;
            },
            "control back and followed again"
        );
        Assert.NotEqual(0, served);
        Assert.NotEqual(control, holdfast.ProcessOf("control"));
        Assert.Equal(edge, holdfast.ProcessOf("edge-1"));

        var setting = new System.Text.Json.Nodes.JsonObject { ["value"] = "changed.example.net" };
        await holdfast.ApiAsync(HttpMethod.Patch, $"/client/v4/zones/{id}/settings/origin_host_header", setting);
        await Eventually.TrueAsync(
            async () => (await Curl.GetAsync(holdfast.Http, "kept.example.com", "/")).Body == "changed.example.net",
            "the change live"
        );
    }

    [Fact]
    public async Task Edge_KilledUnderLoad_NoConnectionIsRefused()
    {
        const int Visitors = 8;
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 hello; }");
        await using var holdfast = await HoldfastUnderTest.StartAsync(more: ["--origin", nginx.Url]);
        var before = holdfast.ProcessOf("edge-1");
        var load = new ConnectionLoad(holdfast.Http.Port, "busy.example.com");
        var visitors = Enumerable.Range(0, Visitors).Select(_ => load.RunAsync()).ToList();

        await Eventually.TrueAsync(() => load.Answered > 200, "load");
        Signals.Send(before, Signals.Kill);
        await holdfast.SaysAsync("edge-1 is back");
        var answered = load.Answered;
        await Eventually.TrueAsync(() => load.Answered > answered + 200, "load on the new process");
        load.Stop();
        await Task.WhenAll(visitors);

        Assert.NotEqual(before, holdfast.ProcessOf("edge-1"));
        Assert.Equal(0, load.Refused);

        // A visitor has one request at a time, and the edge died once.
        Assert.InRange(load.Broken, 0, Visitors);
        TestContext.Current.TestOutputHelper!.WriteLine($"answered {load.Answered}, broken {load.Broken}");
    }

    [Fact]
    public async Task Up_Killed_EverythingEndsAndTheNextStartTakesOver()
    {
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 hello; }");
        using var directory = new TemporaryDirectory();
        var data = directory["data"];
        await using var first = await HoldfastUnderTest.StartAsync(data, more: ["--origin", nginx.Url]);
        int[] children = [first.ProcessOf("control"), first.ProcessOf("edge-1")];

        Signals.Send(first.Id, Signals.Kill);
        await Eventually.TrueAsync(() => !children.Any(Signals.IsAlive), "the children's end");
        foreach (var url in new[] { first.Http, first.Https, first.Control, first.Management })
        {
            // Not by binding the port: any connection on this machine may have been given it as its own by now.
            // And not at once: a process counts as dead while its last threads still let go of its sockets.
            await Eventually.TrueAsync(() => RefusesAsync(url.Port), $"nobody listening on {url}");
        }

        await using var second = await HoldfastUnderTest.StartAsync(data);
        Assert.Equal("hello", (await Curl.GetAsync(second.Http, "any.example.com", "/")).Body);
    }

    private static async Task<bool> RefusesAsync(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return true;
        }
    }
}
