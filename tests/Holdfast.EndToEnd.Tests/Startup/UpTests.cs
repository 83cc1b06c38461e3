using System.Text.Json;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Startup;

/// <summary><c>holdfast up</c> as a person or a script meets it.</summary>
public sealed class UpTests
{
    [Fact]
    public async Task Up_FirstStartWithJson_SaysReadyInOneLineOfTheAgreedShape()
    {
        await using var holdfast = await HoldfastUnderTest.StartAsync(more: ["--edges", "2", .. HoldfastUnderTest.WithStatus]);

        var ready = holdfast.Ready;
        Assert.Equal(["ready", "http", "https", "control", "nodes", "status", "edges", "processes"], Members(ready));
        Assert.True(ready.GetProperty("ready").GetBoolean());
        Assert.Equal(JsonValueKind.Null, ready.GetProperty("nodes").ValueKind);
        Assert.StartsWith("http://127.0.0.1:", ready.GetProperty("status").GetString(), StringComparison.Ordinal);
        var edges = ready.GetProperty("edges");
        Assert.Equal(2, edges.GetArrayLength());
        foreach (var edge in edges.EnumerateArray())
        {
            Assert.Equal(["name", "http", "https", "management"], Members(edge));
        }

        Assert.Equal("edge-1", edges[0].GetProperty("name").GetString());
        Assert.Equal("edge-2", edges[1].GetProperty("name").GetString());
        Assert.Equal(holdfast.Http.OriginalString, edges[0].GetProperty("http").GetString());
        Assert.Equal(holdfast.Https.OriginalString, edges[0].GetProperty("https").GetString());
        var processes = ready.GetProperty("processes");
        Assert.Equal(["up", "control", "edge-1", "edge-2", "status"], Members(processes));
        Assert.Equal(holdfast.Id, processes.GetProperty("up").GetInt32());
        Assert.All(processes.EnumerateObject(), process => Assert.True(Signals.IsAlive(process.Value.GetInt32())));
        Assert.Single(holdfast.Output);

        foreach (var edge in edges.EnumerateArray())
        {
            var answer = await Curl.GetAsync(new Uri(edge.GetProperty("http").GetString()!), "anything.example.com", "/");
            Assert.Equal(200, answer.Status);
            Assert.Contains("zone add", answer.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Up_SecondStart_KeepsTheTokenAndSaysItNoMore()
    {
        using var directory = new TemporaryDirectory();
        var data = directory["data"];
        string token;
        await using (var first = HoldfastUnderTest.StartCommand(data, Summary))
        {
            await Eventually.TrueAsync(() => first.Output.Any(line => line.Contains("Ctrl-C", StringComparison.Ordinal)), "the summary");
            token = (await File.ReadAllTextAsync(Path.Combine(data, "cli-token"), TestContext.Current.CancellationToken)).Trim();
            Assert.Single(first.Output, line => line.Contains(token, StringComparison.Ordinal));
            Assert.DoesNotContain(token, first.Error, StringComparison.Ordinal);
            Assert.Single(first.Output, line => line.Contains("curl -i http://127.0.0.1:", StringComparison.Ordinal));
            Signals.Send(first.Id, Signals.Interrupt);
            Assert.Equal(0, await first.ExitAsync());
        }

        await using var second = HoldfastUnderTest.StartCommand(data, Summary);
        await Eventually.TrueAsync(() => second.Output.Any(line => line.Contains("Ctrl-C", StringComparison.Ordinal)), "the summary");
        Assert.DoesNotContain(token, string.Join('\n', second.Output) + second.Error, StringComparison.Ordinal);
        var zones = await second.CommandAsync("zone", "list");
        zones.Succeeded();
    }

    [Fact]
    public async Task Up_WithOrigin_ServesEveryHostFromIt()
    {
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 'site of $host$request_uri'; }");
        await using var holdfast = await HoldfastUnderTest.StartAsync(more: ["--origin", nginx.Url]);

        Assert.Equal("site of one.example.com/a?b", (await Curl.GetAsync(holdfast.Http, "one.example.com", "/a?b")).Body);
        Assert.Equal("site of 127.0.0.1/", (await Curl.GetAsync(holdfast.Http, "127.0.0.1", "/")).Body);
        Assert.Equal("site of two.example.com/", (await Curl.GetAsync(holdfast.Https, "two.example.com", "/", "--insecure")).Body);
    }

    private static readonly string[] Summary =
    [
        "up",
        "--http",
        "127.0.0.1:0",
        "--https",
        "127.0.0.1:0",
        "--control",
        "127.0.0.1:0",
        "--status",
        "127.0.0.1:0",
    ];

    private static string[] Members(JsonElement item) => [.. item.EnumerateObject().Select(member => member.Name)];
}
