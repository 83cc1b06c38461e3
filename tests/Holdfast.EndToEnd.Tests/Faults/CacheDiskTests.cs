using System.Globalization;
using System.Net;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Faults;

/// <summary>The cache on an edge's disk: kill -9, damage, a disk that is full or read-only.</summary>
public sealed class CacheDiskTests
{
    private const string Host = "cached.example.com";
    private const int Objects = 200;

    [Fact]
    public async Task Edge_KilledUnderLoad_KeepsItsHitsAndServesNothingWrong()
    {
        await using var nginx = await StartOriginAsync();
        await using var holdfast = await HoldfastUnderTest.StartAsync(more: ["--origin", nginx.Url]);
        using var client = Client();
        await Parallel.ForAsync(0, Objects, async (i, _) => await CheckAsync(client, holdfast.Http, i));
        await CheckLargeAsync(client, holdfast.Http, nginx);
        await Eventually.TrueAsync(async () => await ObjectsOnDiskAsync(holdfast) >= Objects + 1, "everything on the disk");

        // Writing goes on while it dies.
        using var stop = new CancellationTokenSource();
        var next = Objects;
        var load = Enumerable.Range(0, 4).Select(_ => LoadAsync()).ToList();
        await Eventually.TrueAsync(() => Volatile.Read(ref next) > 2 * Objects, "load");
        Signals.Send(holdfast.ProcessOf("edge-1"), Signals.Kill);
        await holdfast.SaysAsync("edge-1 is back");
        await stop.CancelAsync();
        await Task.WhenAll(load);

        var asked = nginx.Requests.Length;
        await Parallel.ForAsync(0, Objects, async (i, _) => Assert.Equal("HIT", await CheckAsync(client, holdfast.Http, i)));
        Assert.Equal("HIT", await CheckLargeAsync(client, holdfast.Http, nginx));
        Assert.Equal(asked, nginx.Requests.Length);

        // What was being written is there or is not; it is never wrong.
        await Parallel.ForAsync(Objects, next, async (i, _) => await CheckAsync(client, holdfast.Http, i));

        async Task LoadAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await CheckAsync(client, holdfast.Http, Interlocked.Increment(ref next));
                }
                catch (HttpRequestException)
                {
                    // Died with the edge.
                }
            }
        }
    }

    [Fact]
    public async Task Edge_StartsOnADamagedCache_ServesEverythingRight()
    {
        await using var nginx = await StartOriginAsync();
        using var directory = new TemporaryDirectory();
        var data = directory["data"];
        using var client = Client();
        await using (var first = await HoldfastUnderTest.StartAsync(data, more: ["--origin", nginx.Url]))
        {
            await Parallel.ForAsync(0, Objects, async (i, _) => await CheckAsync(client, first.Http, i));
            await Eventually.TrueAsync(async () => await ObjectsOnDiskAsync(first) >= Objects, "everything on the disk");
        }

        var random = new Random(1);
        foreach (var segment in Directory.GetFiles(Path.Combine(data, "cache", "edge-1"), "*.segment"))
        {
            var bytes = await File.ReadAllBytesAsync(segment, TestContext.Current.CancellationToken);
            for (var i = 0; i < 20; i++)
            {
                bytes[random.Next(32, bytes.Length)] ^= 0x10;
            }

            await File.WriteAllBytesAsync(segment, bytes, TestContext.Current.CancellationToken);
        }

        await using var again = await HoldfastUnderTest.StartAsync(data, more: ["--origin", nginx.Url]);
        var hits = 0;
        await Parallel.ForAsync(
            0,
            Objects,
            async (i, _) =>
            {
                if (await CheckAsync(client, again.Http, i) == "HIT")
                {
                    Interlocked.Increment(ref hits);
                }
            }
        );
        Assert.InRange(hits, 1, Objects - 1);
        Assert.True((await again.StateAsync())["ready"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Edge_CacheDiskFull_ServesAndWritesAgainWhenThereIsRoom()
    {
        await PrivateMounts.NeedAsync();
        await using var nginx = await StartOriginAsync();
        using var directory = new TemporaryDirectory();
        var data = directory["data"];
        var cache = Path.Combine(data, "cache");
        Directory.CreateDirectory(cache);
        await File.WriteAllTextAsync(
            Path.Combine(data, "holdfast.yaml"),
            "edge:\n  cache_disk: 16\n",
            TestContext.Current.CancellationToken
        );
        await using var holdfast = await HoldfastUnderTest.StartAsync(
            data,
            PrivateMounts.After($"mount -t tmpfs -o size=8m none '{cache}'"),
            more: ["--origin", nginx.Url]
        );
        using var client = Client();
        await CheckAsync(client, holdfast.Http, 0);
        await Eventually.TrueAsync(async () => await ObjectsOnDiskAsync(holdfast) == 1, "the first one on the disk");

        var filler = Path.Combine(PrivateMounts.Inside(holdfast.Id, cache), "filler");
        Fill(filler);
        var next = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                for (var i = 0; i < 20; i++)
                {
                    await CheckAsync(client, holdfast.Http, ++next);
                }

                return (await holdfast.StateAsync())["cache_disk"]!["problem"] is not null;
            },
            "the disk refuses"
        );
        Assert.True((await holdfast.StateAsync())["ready"]!.GetValue<bool>());
        Assert.Equal("HIT", await CheckAsync(client, holdfast.Http, next));
        var status = await holdfast.CommandAsync("status");
        Assert.Equal(0, status.ExitCode);
        Assert.Contains("takes nothing", status.Out, StringComparison.Ordinal);

        File.Delete(filler);
        await Eventually.TrueAsync(
            async () =>
            {
                await CheckAsync(client, holdfast.Http, ++next);
                var state = (await holdfast.StateAsync())["cache_disk"]!;
                return state["problem"] is null && state["objects"]!.GetValue<long>() > 0;
            },
            "written again"
        );
    }

    [Fact]
    public async Task Edge_CacheDiskReadOnly_ServesFromIt()
    {
        await PrivateMounts.NeedAsync();
        await using var nginx = await StartOriginAsync();
        using var directory = new TemporaryDirectory();
        var data = directory["data"];
        var cache = Path.Combine(data, "cache");
        using var client = Client();
        await using (var first = await HoldfastUnderTest.StartAsync(data, more: ["--origin", nginx.Url]))
        {
            await CheckAsync(client, first.Http, 1);
            await Eventually.TrueAsync(async () => await ObjectsOnDiskAsync(first) == 1, "it is on the disk");
        }

        var readOnly = PrivateMounts.After($"mount --bind '{cache}' '{cache}'; mount -o remount,bind,ro '{cache}'");
        await using var again = await HoldfastUnderTest.StartAsync(data, readOnly, more: ["--origin", nginx.Url]);
        Assert.Equal("HIT", await CheckAsync(client, again.Http, 1));
        Assert.NotEqual("HIT", await CheckAsync(client, again.Http, 2));
        Assert.Equal("HIT", await CheckAsync(client, again.Http, 2));
        var state = await again.StateAsync();
        Assert.True(state["ready"]!.GetValue<bool>());
        Assert.Equal("read_only", state["cache_disk"]!["state"]!.GetValue<string>());
    }

    // What it answers says which target it is, over and over.
    private static async Task<NginxOrigin> StartOriginAsync()
    {
        var nginx = await NginxOrigin.StartAsync(
            """
            location / { add_header Cache-Control max-age=3600; return 200 "$request_uri $request_uri $request_uri $request_uri"; }
            location = /large { add_header Cache-Control max-age=3600; try_files /large.bin =404; }
            """
        );
        var large = new byte[3_000_000];
        new Random(1).NextBytes(large);
        await File.WriteAllBytesAsync(nginx["large.bin"], large);
        return nginx;
    }

    private static HttpClient Client() => new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(50) };

    private static async Task<string> CheckAsync(HttpClient client, Uri edge, int number)
    {
        var target = string.Create(CultureInfo.InvariantCulture, $"/objects/{number}");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(edge, target)) { Headers = { Host = Host } };
        using var answer = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal($"{target} {target} {target} {target}", await answer.Content.ReadAsStringAsync());
        return answer.Headers.GetValues("CF-Cache-Status").Single();
    }

    private static async Task<string> CheckLargeAsync(HttpClient client, Uri edge, NginxOrigin nginx)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(edge, "/large")) { Headers = { Host = Host } };
        using var answer = await client.SendAsync(request);
        var (body, large) = (await answer.Content.ReadAsByteArrayAsync(), await File.ReadAllBytesAsync(nginx["large.bin"]));
        Assert.True(body.AsSpan().SequenceEqual(large));
        return answer.Headers.GetValues("CF-Cache-Status").Single();
    }

    private static async Task<long> ObjectsOnDiskAsync(HoldfastUnderTest holdfast) =>
        (await holdfast.StateAsync())["cache_disk"]!["objects"]!.GetValue<long>();

    private static void Fill(string path)
    {
        using var file = new FileStream(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
            }
        );
        var block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }
}
