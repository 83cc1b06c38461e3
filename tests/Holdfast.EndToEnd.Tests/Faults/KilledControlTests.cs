using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Faults;

/// <summary>kill -9 of control while several writers write, again and again on one data directory.</summary>
public sealed class KilledControlTests
{
    private const int Rounds = 6;
    private const int Writers = 6;

    [Fact]
    public async Task Control_KilledUnderWriters_LosesNothingThatItAcknowledged()
    {
        using var directory = new TemporaryDirectory();
        var data = directory["data"];
        var writers = Enumerable.Range(0, Writers).Select(i => new Writer($"w{i}.example.com")).ToList();
        await using var holdfast = await HoldfastUnderTest.StartAsync(data);
        for (var round = 0; round < Rounds; round++)
        {
            var control = holdfast.ProcessOf("control");
            var token = (await File.ReadAllTextAsync(Path.Combine(data, "cli-token"))).Trim();
            using var enough = new CancellationTokenSource();
            var acknowledged = writers.Sum(writer => writer.Acknowledged);
            var writing = writers.Select(writer => writer.RunAsync(holdfast.Control, token, enough.Token)).ToList();
            await Eventually.TrueAsync(() => writers.Sum(writer => writer.Acknowledged) > acknowledged + 20 + (7 * round), "writes");
            Signals.Send(control, Signals.Kill);
            await enough.CancelAsync();
            await Task.WhenAll(writing);
            await Eventually.TrueAsync(() => HasRestarted(holdfast, control), "control back");
            await Eventually.TrueAsync(() => AnswersAsync(holdfast.Control), "control answers");
            foreach (var writer in writers)
            {
                await CheckAsync(holdfast, writer);
            }
        }

        (await holdfast.CommandAsync("audit", "verify")).Succeeded();
    }

    [Fact]
    public async Task Control_SecondOnTheSameData_IsRefusedAndSaysWhy()
    {
        await using var holdfast = await HoldfastUnderTest.StartAsync();
        var second = await HoldfastUnderTest.RunAsync("run", "control", "--data", holdfast.Data, "--listen", "127.0.0.1:0");
        Assert.Equal(2, second.ExitCode);
        var line = Assert.Single(second.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("another control", line, StringComparison.Ordinal);
        await holdfast.ApiAsync(HttpMethod.Get, "/client/v4/zones");
    }

    /// <summary>The zone has the last change that was acknowledged or the one that was on its way, and the edge has the same.</summary>
    private static async Task CheckAsync(HoldfastUnderTest holdfast, Writer writer)
    {
        var zones = (await holdfast.ApiAsync(HttpMethod.Get, $"/client/v4/zones?name={writer.Zone}")).AsArray();
        if (zones.Count == 0)
        {
            Assert.Equal(0, writer.Acknowledged);
            return;
        }

        var zone = zones[0]!;
        var generation = zone["generation"]!.GetValue<long>();
        Assert.InRange(generation, writer.Acknowledged, writer.Sent);
        Assert.Equal(Writer.OriginOf(generation), zone["origin"]!.GetValue<string>());
        var id = zone["id"]!.GetValue<string>();
        var releases = await holdfast.ApiAsync(HttpMethod.Get, $"/holdfast/v1/releases?kind=zone&name={id}&per_page=1");
        Assert.Equal(generation, releases[0]!["generation"]!.GetValue<long>());
        var entries = await holdfast.ApiAsync(HttpMethod.Get, $"/holdfast/v1/audit_logs?zone_id={id}&per_page=1");
        Assert.Contains(Writer.OriginOf(generation), entries[0]!["after"]!.ToJsonString(), StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => await holdfast.LiveGenerationAsync("zone", id) == generation, $"{writer.Zone} live");
        writer.GoOnFrom(generation);
    }

    private static bool HasRestarted(HoldfastUnderTest holdfast, int before)
    {
        try
        {
            return holdfast.ProcessOf("control") != before;
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or NullReferenceException or IOException)
        {
            // The file is just being written, or control is not in it between its death and its return.
            return false;
        }
    }

    private static async Task<bool> AnswersAsync(Uri control)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        try
        {
            return await client.GetStringAsync(new Uri(control, "/healthz")) == "ok\n";
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Gives one zone one origin after another, each as soon as the one before was acknowledged.</summary>
    private sealed class Writer(string zone)
    {
        private long acknowledged;
        private long sent;

        public string Zone => zone;

        /// <summary>The last change whose answer came.</summary>
        public long Acknowledged => Volatile.Read(ref acknowledged);

        /// <summary>The last change that was sent.</summary>
        public long Sent => Volatile.Read(ref sent);

        public static string OriginOf(long generation) => $"http://192.0.2.1:{1_000 + generation}";

        public void GoOnFrom(long generation) => acknowledged = sent = generation;

        public async Task RunAsync(Uri control, string token, CancellationToken enough)
        {
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = control };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            while (!enough.IsCancellationRequested)
            {
                var next = sent + 1;
                Volatile.Write(ref sent, next);
                try
                {
                    var body = new JsonObject { ["origin"] = OriginOf(next) };
                    using var response = await client.PutAsJsonAsync(
                        new Uri(control, $"/holdfast/v1/zones/by-name/{zone}"),
                        body,
                        CancellationToken.None
                    );
                    response.EnsureSuccessStatusCode();
                    await response.Content.ReadAsByteArrayAsync(CancellationToken.None);
                    Volatile.Write(ref acknowledged, next);
                }
                catch (HttpRequestException)
                {
                    // Control died; whether this one was made, its zone will tell.
                    return;
                }
            }
        }
    }
}
