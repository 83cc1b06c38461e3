using System.Text;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Faults;

/// <summary>Disks that are full or read-only.</summary>
public sealed class DiskTests
{
    [Fact]
    public async Task Edge_DiskFull_ServesTakesChangesAndWritesAgainWhenThereIsRoom()
    {
        await PrivateMounts.NeedAsync();
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 '$http_host'; }");
        using var directory = new TemporaryDirectory();
        var data = directory["data"];
        var (edges, logs) = (Path.Combine(data, "edges"), Path.Combine(data, "logs"));
        var mounts = $"mkdir -p '{edges}' '{logs}'; mount -t tmpfs -o size=256k none '{edges}'; mount -t tmpfs -o size=256k none '{logs}'";
        await using var holdfast = await HoldfastUnderTest.StartAsync(data, PrivateMounts.After(mounts));
        await holdfast.ZoneAsync("full.example.com", nginx.Url);
        var fillers = new[] { edges, logs }.Select(path => Path.Combine(PrivateMounts.Inside(holdfast.Id, path), "filler")).ToList();
        fillers.ForEach(Fill);

        // Changes until the last page that the store had is full too, and enough requests for the log to notice.
        for (var i = 0; i < 5; i++)
        {
            await holdfast.ZoneAsync("full.example.com", nginx.Url, ("origin_host_header", $"change{i}.example.net"));
        }

        var id = await holdfast.ZoneAsync("full.example.com", nginx.Url, ("origin_host_header", "live.example.net"));
        await Eventually.TrueAsync(
            async () =>
            {
                Assert.Equal("live.example.net", (await Curl.GetAsync(holdfast.Http, "full.example.com", "/")).Body);
                return holdfast.Error.Contains("cannot be written: ", StringComparison.Ordinal)
                    && holdfast.Error.Contains("Requests are served all the same", StringComparison.Ordinal);
            },
            "both disks reported"
        );

        fillers.ForEach(File.Delete);
        await holdfast.SaysAsync("is written again");
        var answer = await Curl.GetAsync(holdfast.Http, "full.example.com", "/");
        var log = PrivateMounts.Inside(holdfast.Id, holdfast.LogFile);
        await Eventually.TrueAsync(() => File.ReadAllText(log).Contains(answer.Ray, StringComparison.Ordinal), "a record of the request");

        // What could not be kept is kept with the next change.
        await holdfast.ZoneAsync("full.example.com", nginx.Url, ("origin_host_header", "later.example.net"));
        var releases = Path.Combine(PrivateMounts.Inside(holdfast.Id, edges), "edge-1", "releases");
        var newest = $"\"name\":\"{id}\",\"generation\":{await holdfast.LiveGenerationAsync("zone", id)},";
        await Eventually.TrueAsync(
            () =>
                Directory
                    .GetFiles(releases, "*.segment")
                    .Any(segment => Encoding.Latin1.GetString(File.ReadAllBytes(segment)).Contains(newest, StringComparison.Ordinal)),
            "the newest release on disk"
        );
    }

    [Fact]
    public async Task Edge_DataDirectoryReadOnly_ServesFromIt()
    {
        await PrivateMounts.NeedAsync();
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 hello; }");
        using var directory = new TemporaryDirectory();
        var data = directory["data"];
        await using (await HoldfastUnderTest.StartAsync(data, more: ["--origin", nginx.Url]))
        {
            // Made, and ended.
        }

        var readOnly = PrivateMounts.After($"mount --bind '{data}' '{data}'; mount -o remount,bind,ro '{data}'");
        var http = new Uri($"http://127.0.0.1:{FreePort.Find()}");
        string[] edgeArguments = ["run", "edge", "--name", "edge-1", "--http", http.Authority, "--https", "127.0.0.1:0", "--json"];
        await using (var edge = HoldfastUnderTest.StartWrapped(data, readOnly, edgeArguments))
        {
            await edge.WaitReadyAsync();
            Assert.Equal("hello", (await Curl.GetAsync(http, "any.example.com", "/")).Body);
            await edge.SaysAsync("Requests are served all the same");
        }

        await using var up = HoldfastUnderTest.StartWrapped(data, readOnly, ["up", "--json", "--http", "127.0.0.1:0"]);
        Assert.Equal(2, await up.ExitAsync());
        var line = Assert.Single(up.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("holdfast: ", line, StringComparison.Ordinal);
        Assert.Contains(data, line, StringComparison.Ordinal);
    }

    private static void Fill(string path)
    {
        using var file = new FileStream(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.Create,
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
            // Full, which is what was wanted.
        }
    }
}
