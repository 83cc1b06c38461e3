using System.Net;

namespace Holdfast.Control.Tests.Faults;

/// <summary>Several writers at once.</summary>
public sealed class WritersTests
{
    private static readonly string[] Settings = ["always_use_https", "http2", "tls_1_3", "websockets", "ipv6", "true_client_ip_header"];

    [Fact]
    public async Task Writers_OfOneZone_LoseNoChangeOfEachOther()
    {
        await using var control = await TestControl.StartAsync();
        using var store = new TemporaryDirectory();
        await using var edge = new TestEdge(control.Data, control.Host.Url, store.Path);
        var zone = await control.AddZoneAsync("example.com");
        var before = await ValuesAsync(control, zone);
        var answers = await Task.WhenAll(
            Settings
                .Select(setting => control.PatchAsync(Path(zone, setting), $$"""{"value":"{{Other(before[setting])}}"}"""))
                .Concat(
                    Enumerable
                        .Range(1, 10)
                        .Select(i =>
                            control.PostAsync(
                                $"/client/v4/zones/{zone}/dns_records",
                                $$"""{"name":"w{{i}}","type":"A","content":"192.0.2.{{i}}","proxied":true}"""
                            )
                        )
                )
        );
        Assert.All(answers, answer => Assert.True(answer.Status == HttpStatusCode.OK, answer.Body.ToJsonString()));
        var after = await ValuesAsync(control, zone);
        Assert.All(Settings, setting => Assert.Equal(Other(before[setting]), after[setting]));

        // Sixteen changes are sixteen generations, and the edge has the last one, which has them all.
        var stored = await control.GetAsync($"/client/v4/zones/{zone}");
        Assert.Equal(1 + answers.Length, stored.Result["generation"]!.GetValue<long>());
        await Eventually.TrueAsync(() => edge.Zones.Live.GetValueOrDefault(zone)?.Generation == 1 + answers.Length, "the last one live");
        Assert.Equal(10, edge.Zone(zone)!.Records.Length);
        Assert.False(edge.Zone(zone)!.Settings.Http2);
        Assert.Empty(edge.Refusals);
    }

    [Fact]
    public async Task Writers_WhoKnowTheSameGeneration_OneOfEachIsTaken()
    {
        await using var control = await TestControl.StartAsync();
        var zone = await control.AddZoneAsync("example.com");
        var records = $"/client/v4/zones/{zone}/dns_records";
        var record = (await control.PostAsync(records, """{"name":"www","type":"A","content":"192.0.2.1"}""")).Result["id"]!;
        await OneWinsAsync(i => control.PatchAsync($"{records}/{record}", $$"""{"content":"192.0.2.{{i}}"}""", "\"1\""));
        await OneWinsAsync(i => control.PatchAsync(Path(zone, "origin_host_header"), $$"""{"value":"h{{i}}.example"}""", "\"1\""));
        await OneWinsAsync(i => control.SendAsync(HttpMethod.Delete, $"/client/v4/zones/{zone}", ifMatch: i == 2 ? "\"2\"" : "\"1\""));
    }

    [Fact]
    public async Task Writers_OfDifferentZones_EachZoneOnTheEdgeIsTheDatabases()
    {
        await using var control = await TestControl.StartAsync();
        using var store = new TemporaryDirectory();
        await using var edge = new TestEdge(control.Data, control.Host.Url, store.Path);
        var zones = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => control.AddZoneAsync($"z{i}.example")));
        await Task.WhenAll(
            zones.SelectMany(zone =>
                Enumerable
                    .Range(1, 4)
                    .Select(i => control.PutAsync($"/holdfast/v1/zones/{zone}/origin", $$"""{"origin":"http://192.0.2.{{i + 1}}"}"""))
            )
        );
        foreach (var zone in zones)
        {
            var stored = (await control.GetAsync($"/client/v4/zones/{zone}")).Result;
            Assert.Equal(5, stored["generation"]!.GetValue<long>());
            await Eventually.TrueAsync(() => edge.Zones.Live.GetValueOrDefault(zone)?.Generation == 5, "live");
            Assert.Equal(stored["origin"]!.GetValue<string>(), edge.Zone(zone)!.Origin!.ToString());
        }

        // Each of them is in the feed's order: none came twice, none after a later one of its zone.
        Assert.All(
            edge.Zones.Seen.GroupBy(release => release.Name),
            seen => Assert.Equal(seen.Select(release => release.Generation).Order().Distinct(), seen.Select(release => release.Generation))
        );
    }

    private static async Task OneWinsAsync(Func<int, Task<Answer>> write)
    {
        var answers = await Task.WhenAll(Enumerable.Range(2, 12).Select(write));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(11, answers.Count(answer => answer.Status is HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound));
    }

    private static string Path(string zone, string setting) => $"/client/v4/zones/{zone}/settings/{setting}";

    private static string Other(string value) => value == "on" ? "off" : "on";

    private static async Task<Dictionary<string, string>> ValuesAsync(TestControl control, string zone)
    {
        var values = new Dictionary<string, string>();
        foreach (var setting in Settings)
        {
            values[setting] = (await control.GetAsync(Path(zone, setting))).Result["value"]!.GetValue<string>();
        }

        return values;
    }
}
