using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Faults;

/// <summary>Law 12: with every edge dead the API and signing in work, so that people can get out.</summary>
public sealed class DeadEdgesTests
{
    private const string Password = "seven grey geese walk home";

    [Fact]
    public async Task EveryEdge_KilledAndGone_OneSignsInChangesAZoneAndReadsTheAuditLog()
    {
        using var directory = new TemporaryDirectory();
        var data = directory["data"];
        string zone;
        await using (var holdfast = await HoldfastUnderTest.StartAsync(data, more: ["--edges", "2"]))
        {
            zone = await holdfast.ZoneAsync("example.com", "http://127.0.0.1:9");
            var person = new JsonObject
            {
                ["email"] = "ops@example.com",
                ["password"] = Password,
                ["role"] = "editor",
            };
            await holdfast.ApiAsync(HttpMethod.Post, "/holdfast/v1/operators", person);
            int[] edges = [holdfast.ProcessOf("edge-1"), holdfast.ProcessOf("edge-2")];

            // 'up' would start them again, so it goes first.
            Signals.Send(holdfast.Id, Signals.Kill);
            Array.ForEach(edges, edge => Signals.Send(edge, Signals.Kill));
            await Eventually.TrueAsync(() => !edges.Any(Signals.IsAlive), "both edges dead");
            await holdfast.ExitAsync();
        }

        string[] verbose = ["env", "HOLDFAST_LOG=information"];
        await using var control = HoldfastUnderTest.StartWrapped(data, verbose, ["run", "control", "--listen", "127.0.0.1:0"]);
        await control.SaysAsync("Control listens on http");
        var url = Regex.Match(control.Error, @"Control listens on (http://\S+)").Groups[1].Value;
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(url) };

        var session = await SendAsync(
            client,
            HttpMethod.Post,
            "/holdfast/v1/sessions",
            $$"""{"email":"ops@example.com","password":"{{Password}}"}"""
        );
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session["token"]!.GetValue<string>());
        await SendAsync(client, HttpMethod.Put, $"/holdfast/v1/zones/{zone}/origin", """{"origin":"http://127.0.0.1:10"}""");
        var log = await SendAsync(client, HttpMethod.Get, $"/holdfast/v1/audit_logs?zone_id={zone}&per_page=1", null);
        Assert.Equal("ops@example.com", log[0]!["actor_name"]!.GetValue<string>());
        Assert.Equal("http://127.0.0.1:10", log[0]!["after"]!["origin"]!.GetValue<string>());

        var verified = await HoldfastUnderTest.RunAsync("audit", "verify", "--offline", "--data", data);
        Assert.True(verified.ExitCode == 0, verified.Error);
    }

    private static async Task<JsonNode> SendAsync(HttpClient client, HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{method} {path}: {text}");
        return JsonNode.Parse(text)!["result"]!;
    }
}
