using System.Globalization;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Nodes;

/// <summary>Edges that ask an upper edge: real processes, of which the upper one is killed under load.</summary>
public sealed class TierTests
{
    private const int Visitors = 8;

    [Fact]
    public async Task Upper_OnAnotherMachineKilledUnderLoad_NoRequestIsLost()
    {
        await using var nginx = await FilesAsync();
        using var directory = new TemporaryDirectory();
        var listen = $"127.0.0.1:{FreePort.Find()}";
        var nodes = new Uri($"https://{listen}");
        await using var control = await HoldfastUnderTest.StartAsync(
            directory["control"],
            more: ["--origin", nginx.Url, "--node-listen", listen]
        );
        Trust(directory["upper"]);
        await using var upper = await JoinedEdge.StartAsync(
            directory["upper"],
            nodes,
            "--join",
            await JoinedEdge.InviteAsync(control, "upper-1")
        );
        var invitation = await JoinedEdge.InviteAsync(control, "lower-1");
        await using var lower = await JoinedEdge.StartAsync(
            directory["lower"],
            nodes,
            "--join",
            invitation,
            "--upper",
            upper.Http.ToString()
        );
        await EventuallyServesAsync(upper.Http);
        await EventuallyServesAsync(lower.Http);

        var first = await Curl.GetAsync(lower.Http, "tier.example.com", "/first");
        Assert.Equal(("MISS", "upper-1;status=miss"), (first["CF-Cache-Status"], first["Holdfast-Upper"]));
        Assert.StartsWith("Holdfast/upper-1; fwd=uri-miss", first["Cache-Status"]);

        var load = new TierLoad(lower.Http, nginx["big"]);
        var visitors = Enumerable.Range(0, Visitors).Select(_ => load.RunAsync()).ToList();
        await Eventually.TrueAsync(() => load.Answered > 200, "load");
        Signals.SendToGroup(upper.Process.Id, Signals.Kill);
        await lower.Process.SaysAsync("the origins are");
        var answered = load.Answered;
        await Eventually.TrueAsync(() => load.Answered > answered + 200, "load on the origin");
        load.Stop();
        await Task.WhenAll(visitors);
        TestContext.Current.TestOutputHelper!.WriteLine($"answered {load.Answered}, by the upper edge {load.ByUpper}");
        Assert.Empty(load.Lost);
        Assert.InRange(load.ByUpper, 1, load.Answered - 1);
    }

    [Fact]
    public async Task Upper_OfTheSameUpKilledUnderLoad_NoRequestIsLostAndItIsAskedAgain()
    {
        await using var nginx = await FilesAsync();
        using var directory = new TemporaryDirectory();
        var data = directory["data"];
        Trust(data);
        var http = $"127.0.0.1:{FreePort.Find()}";
        await using var holdfast = await HoldfastUnderTest.StartAsync(
            data,
            more: ["--origin", nginx.Url, "--edges", "3", "--http", http, "--upper", $"http://{http}"]
        );
        var edges = holdfast.Ready.GetProperty("edges").EnumerateArray().Select(e => new Uri(e.GetProperty("http").GetString()!)).ToArray();
        foreach (var edge in edges)
        {
            await EventuallyServesAsync(edge);
        }

        // edge-1 is its own upper edge, and finds it out.
        Assert.Null((await AskAsync(edges[0], "/own"))["Holdfast-Upper"]);
        Assert.Equal("edge-1;status=hit", (await AskAsync(edges[1], "/own"))["Holdfast-Upper"]);

        TierLoad[] loads = [new(edges[1], nginx["big"]), new(edges[2], nginx["big"])];
        var visitors = loads.SelectMany(load => Enumerable.Range(0, Visitors / 2).Select(_ => load.RunAsync())).ToList();
        await Eventually.TrueAsync(() => loads.All(load => load.ByUpper > 50), "load");
        Signals.Send(holdfast.ProcessOf("edge-1"), Signals.Kill);
        await holdfast.SaysAsync("edge-1 is back");
        var before = loads.Select(load => load.ByUpper).ToArray();
        await Eventually.TrueAsync(
            () => loads.Zip(before).All(pair => pair.First.ByUpper > pair.Second + 50),
            "the upper edge asked again"
        );
        foreach (var load in loads)
        {
            load.Stop();
        }

        await Task.WhenAll(visitors);
        Assert.All(loads, load => Assert.Empty(load.Lost));
    }

    private static async Task<NginxOrigin> FilesAsync()
    {
        var nginx = await NginxOrigin.StartAsync("location / { add_header Cache-Control max-age=600; try_files /big =404; }");
        await File.WriteAllTextAsync(nginx["big"], string.Concat(Enumerable.Range(0, 30_000).Select(i => $"{i:d9}\n")));
        return nginx;
    }

    private static void Trust(string data)
    {
        Directory.CreateDirectory(data);
        File.WriteAllText(Path.Combine(data, "holdfast.yaml"), "edge:\n  trusted_upstreams: [127.0.0.1/32]\n");
    }

    // Whichever port it is asked at: the key has the host as visitors name it.
    private static Task<CurlAnswer> AskAsync(Uri edge, string path) =>
        Curl.GetAsync(edge, "tier.example.com", path, "--header", "Host: tier.example.com");

    // The page of an edge without zones is no answer of a site's: it passes no cache.
    private static Task EventuallyServesAsync(Uri edge) =>
        Eventually.TrueAsync(
            async () =>
                await Curl.GetAsync(edge, "tier.example.com", "/ready") is { Status: 200 } answer && answer["CF-Cache-Status"] is not null,
            $"{edge} serves"
        );
}

/// <summary>Visitors of an edge, each of whom asks for something that nobody has asked for before, and looks at every byte.</summary>
internal sealed class TierLoad(Uri edge, string file)
{
    private readonly string body = File.ReadAllText(file);
    private readonly List<string> lost = [];
    private volatile bool stopped;
    private int answered;
    private int byUpper;
    private int asked;

    public int Answered => Volatile.Read(ref answered);

    public int ByUpper => Volatile.Read(ref byUpper);

    public IReadOnlyList<string> Lost
    {
        get
        {
            lock (lost)
            {
                return [.. lost];
            }
        }
    }

    public void Stop() => stopped = true;

    public async Task RunAsync()
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Eventually.Deadline };
        while (!stopped)
        {
            var number = Interlocked.Increment(ref asked).ToString(CultureInfo.InvariantCulture);
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(edge, $"/{edge.Port}-{number}"));
            request.Headers.Host = "tier.example.com";
            try
            {
                using var response = await client.SendAsync(request);
                var text = await response.Content.ReadAsStringAsync();
                if ((int)response.StatusCode != 200 || text != body)
                {
                    Lose($"{number}: {(int)response.StatusCode}, {text.Length} of {body.Length} bytes");
                    continue;
                }

                Interlocked.Increment(ref answered);
                if (response.Headers.Contains("Holdfast-Upper"))
                {
                    Interlocked.Increment(ref byUpper);
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
            {
                Lose($"{number}: {e.Message}");
            }
        }
    }

    private void Lose(string what)
    {
        lock (lost)
        {
            lost.Add(what);
        }
    }
}
