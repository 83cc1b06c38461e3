using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Faults;

/// <summary>There is no room for control's database: it refuses changes, shows what it has, and goes on when there is room again.</summary>
public sealed class FullControlDiskTests
{
    [Fact]
    public async Task Write_DiskFull_Is503AndGoesOnWhenThereIsRoom()
    {
        await PrivateMounts.NeedAsync();
        using var directory = new TemporaryDirectory();
        var data = directory["data"];
        var database = Path.Combine(data, "control");
        var mounts = $"mkdir -p '{database}'; mount -t tmpfs -o size=4m none '{database}'";
        await using var holdfast = await HoldfastUnderTest.StartAsync(data, PrivateMounts.After(mounts));
        var filler = Path.Combine(PrivateMounts.Inside(holdfast.Id, database), "filler");
        await File.WriteAllBytesAsync(filler, new byte[2 * 1024 * 1024]);
        var made = await FillAsync(holdfast, "the database's disk is full; nothing was changed");
        await CheckAsync(holdfast, made);
        Assert.Contains("disk is full", holdfast.Error, StringComparison.Ordinal);

        File.Delete(filler);
        await holdfast.ApiAsync(HttpMethod.Post, "/client/v4/zones", new JsonObject { ["name"] = "after.example.com" });
        await CheckAsync(holdfast, made + 1);
    }

    [Fact]
    public async Task Write_FileMayNotGrow_Is503AndReadsWork()
    {
        // The signal is ignored, so that a write beyond the limit is an error and not the end; the runtime's own file in memory is left out.
        Tool.Need("prlimit");
        await using var holdfast = await HoldfastUnderTest.StartAsync(
            wrapper: ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"],
            environment: new() { ["DOTNET_EnableWriteXorExecute"] = "0" }
        );
        (await Tool.RunAsync("prlimit", "--pid", $"{holdfast.ProcessOf("control")}", "--fsize=1500000:")).Succeeded();
        var made = await FillAsync(holdfast, "nothing was changed");
        await CheckAsync(holdfast, made);
    }

    /// <summary>Adds zones until one is refused.</summary>
    /// <returns>How many were made.</returns>
    private static async Task<int> FillAsync(HoldfastUnderTest holdfast, string said)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = holdfast.Control };
        var token = (await File.ReadAllTextAsync(Path.Combine(holdfast.Data, "cli-token"))).Trim();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        for (var i = 0; i < 5_000; i++)
        {
            using var body = new StringContent($$"""{"name":"z{{i}}.example.com"}""", Encoding.UTF8, "application/json");
            using var response = await client.PostAsync(new Uri("/client/v4/zones", UriKind.Relative), body);
            var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            if (!response.IsSuccessStatusCode)
            {
                Assert.Equal(503, (int)response.StatusCode);
                Assert.NotNull(response.Headers.RetryAfter);
                Assert.Contains(said, answer["errors"]![0]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
                return i;
            }
        }

        throw new InvalidOperationException("the disk was never full");
    }

    /// <summary>What was acknowledged is there, nothing else, and each of them on the edge.</summary>
    private static async Task CheckAsync(HoldfastUnderTest holdfast, int made)
    {
        var zones = new List<string>();
        for (var page = 1; zones.Count % 50 == 0 && (page == 1 || zones.Count > 0); page++)
        {
            var found = (await holdfast.ApiAsync(HttpMethod.Get, $"/client/v4/zones?per_page=50&page={page}")).AsArray();
            if (found.Count == 0)
            {
                break;
            }

            zones.AddRange(found.Select(zone => zone!["id"]!.GetValue<string>()));
        }

        Assert.Equal(made, zones.Count);
        await Eventually.TrueAsync(
            async () =>
                await holdfast.LiveGenerationAsync("zone", zones[0]) == 1 && await holdfast.LiveGenerationAsync("zone", zones[^1]) == 1,
            "the zones live"
        );
    }
}
