using System.Globalization;
using Holdfast.EndToEnd.Tests.Harness;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast.EndToEnd.Tests.Protocols;

/// <summary>Bodies far larger than the edge's memory may become, with a slower side to hold back for.</summary>
public sealed class LargeBodyTests(SharedHoldfast shared) : SharedTests(shared)
{
    private const long Size = 200 * 1024 * 1024;

    /// <summary>
    /// What the edge may grow by in bytes meanwhile: buffers of a few connections, and what a garbage collection leaves until the next one,
    /// which depends on the machine's load (up to 54 MB were seen). Far under what holding the body would take.
    /// </summary>
    private const long Slack = 80 * 1024 * 1024;

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task Download_SlowVisitor_CostsNoMemory(string version)
    {
        await using var nginx = await NginxOrigin.StartAsync("location / { }");
        await using (var file = File.Create(nginx["large.bin"]))
        {
            file.SetLength(Size);
        }

        await Holdfast.ZoneAsync("download.example.com", nginx.Url);
        using var memory = new MemoryWatch(Holdfast.ProcessOf("edge-1"));

        var result = await Curl.RunAsync(
            Holdfast.Https,
            "download.example.com",
            "/large.bin",
            "--insecure",
            version,
            "--limit-rate",
            "100M",
            "--output",
            "/dev/null",
            "--write-out",
            "%{size_download}"
        );

        Assert.Equal(Size, long.Parse(result.Succeeded().Out, CultureInfo.InvariantCulture));
        Assert.InRange(memory.Growth, 0, Slack);
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task Upload_OverTls_ArrivesWholeAndCostsNoMemory(string version)
    {
        using var files = new TemporaryDirectory();
        await using (var file = File.Create(files["large.bin"]))
        {
            file.SetLength(Size);
        }

        await using var origin = await KestrelOrigin.StartAsync(HttpProtocols.Http1);
        await Holdfast.ZoneAsync("upload.example.com", $"http://127.0.0.1:{origin.Port}", ("max_upload", 500));
        using var memory = new MemoryWatch(Holdfast.ProcessOf("edge-1"));

        var answer = await Curl.GetAsync(
            Holdfast.Https,
            "upload.example.com",
            "/count",
            "--insecure",
            version,
            "--request",
            "POST",
            "--upload-file",
            files["large.bin"]
        );

        Assert.Equal(Size.ToString(CultureInfo.InvariantCulture), answer.Body);
        Assert.InRange(memory.Growth, 0, Slack);
    }

    [Fact]
    public async Task Upload_LargerThanTheZoneTakes_Is413()
    {
        await using var origin = await KestrelOrigin.StartAsync(HttpProtocols.Http1);
        await Holdfast.ZoneAsync("toolarge.example.com", $"http://127.0.0.1:{origin.Port}", ("max_upload", 1));
        using var files = new TemporaryDirectory();
        await using (var file = File.Create(files["large.bin"]))
        {
            file.SetLength(2 * 1024 * 1024);
        }

        var answer = await Curl.GetAsync(
            Holdfast.Http,
            "toolarge.example.com",
            "/count",
            "--data-binary",
            $"@{files["large.bin"]}",
            "-H",
            "Accept: application/json"
        );

        Assert.Equal(413, answer.Status);
        Assert.Equal("visitor", (await Holdfast.LogRecordAsync(answer.Ray))["Blame"]!.GetValue<string>());
    }

    /// <summary>How much a process's resident memory grows at its highest (VmHWM over VmRSS at the start).</summary>
    private sealed class MemoryWatch : IDisposable
    {
        private readonly int process;
        private readonly long before;

        public MemoryWatch(int process)
        {
            this.process = process;

            // 5: the highest mark falls back to what is resident now (proc_pid_clear_refs(5)).
            File.WriteAllText($"/proc/{process}/clear_refs", "5");
            before = Read("VmRSS:");
        }

        public long Growth => Math.Max(0, Read("VmHWM:") - before);

        public void Dispose() => TestContext.Current.TestOutputHelper?.WriteLine($"edge: {before / 1024} KB + {Growth / 1024} KB");

        private long Read(string name)
        {
            var line = File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith(name, StringComparison.Ordinal));
            return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
    }
}
