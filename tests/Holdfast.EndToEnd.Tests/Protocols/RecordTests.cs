using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Protocols;

/// <summary>Records made through the API, and the servers that they name, on the ports where such servers are.</summary>
public sealed class RecordTests(SharedHoldfast shared) : SharedTests(shared)
{
    // An address of the loopback network where nobody else listens, so that ports 80 and 443 are free.
    private static readonly IPAddress Server = IPAddress.Parse("127.0.77.1");

    [Fact]
    public async Task Records_MadeInABatch_ServeTheirHostsFromTheirServers()
    {
        SkipUnlessPortsAreFree();
        await using var clear = await NginxOrigin.StartAsync("location / { return 200 'clear $host'; }", at: new IPEndPoint(Server, 80));
        await using var encrypted = await NginxOrigin.StartAsync(
            "location / { return 200 'encrypted $ssl_server_name'; }",
            Shared.Authority.Issue("www.records.example.com"),
            new IPEndPoint(Server, 443)
        );
        var zone = await Holdfast.ApiAsync(HttpMethod.Post, "/client/v4/zones", new JsonObject { ["name"] = "records.example.com" });
        var id = zone["id"]!.GetValue<string>();
        await Holdfast.ApiAsync(
            HttpMethod.Post,
            $"/client/v4/zones/{id}/dns_records/batch",
            JsonNode.Parse(
                $$"""
                {"posts":[{"name":"@","type":"A","content":"{{Server}}","proxied":true},
                          {"name":"www","type":"CNAME","content":"records.example.com","proxied":true},
                          {"name":"*.shop","type":"A","content":"{{Server}}","proxied":true},
                          {"name":"direct","type":"A","content":"{{Server}}"}]}
                """
            )
        );
        var changed = await Holdfast.ApiAsync(HttpMethod.Get, $"/client/v4/zones/{id}");
        Assert.Equal(2, changed["generation"]!.GetValue<long>());
        await Eventually.TrueAsync(async () => await Holdfast.LiveGenerationAsync("zone", id) == 2, "the records are live");

        Assert.Equal("clear www.records.example.com", await BodyAsync(Holdfast.Http, "www.records.example.com"));
        Assert.Equal("encrypted www.records.example.com", await BodyAsync(Holdfast.Https, "www.records.example.com"));
        Assert.Equal("clear a.b.shop.records.example.com", await BodyAsync(Holdfast.Http, "a.b.shop.records.example.com"));

        // The server's certificate is not for this host.
        Assert.Equal(526, (await Curl.GetAsync(Holdfast.Https, "a.shop.records.example.com", "/", "--insecure")).Status);
        Assert.Equal(530, (await Curl.GetAsync(Holdfast.Http, "direct.records.example.com", "/")).Status);
    }

    private static async Task<string> BodyAsync(Uri edge, string host)
    {
        var answer = await Curl.GetAsync(edge, host, "/", "--insecure");
        Assert.Equal(200, answer.Status);
        return answer.Body;
    }

    private static void SkipUnlessPortsAreFree()
    {
        foreach (var port in new[] { 80, 443 })
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(Server, port));
            }
            catch (SocketException e)
            {
                Assert.Skip($"{Server}:{port} cannot be bound here: {e.Message}");
            }
        }
    }
}
