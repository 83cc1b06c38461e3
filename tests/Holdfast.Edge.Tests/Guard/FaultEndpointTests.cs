using System.Net;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Tests.Harness;
using static Holdfast.Edge.Tests.Guard.GuardedSite;

namespace Holdfast.Edge.Tests.Guard;

/// <summary>Fault points, from the outside.</summary>
public class FaultEndpointTests
{
    [Fact]
    public async Task Fault_TrippedAndCleared_HappensUntilThen()
    {
        await using var site = await StartAsync();
        var point = $"/holdfast/faults/firewall_custom?action=throw&count=3&zone={EdgeUnderTest.IdOf(One)}";

        var (tripped, shown) = await SendAsync(site.Edge, HttpMethod.Put, point);

        Assert.Equal(HttpStatusCode.OK, tripped);
        Assert.Contains("\"point\":\"firewall_custom\",\"action\":\"throw\"", shown, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await site.AskAsync(One, "/admin"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403 ", await site.AskAsync(Two, "/admin"), StringComparison.Ordinal);
        Assert.Contains("\"left\":2", (await SendAsync(site.Edge, HttpMethod.Get, "/holdfast/faults")).Body, StringComparison.Ordinal);
        var (cleared, _) = await SendAsync(site.Edge, HttpMethod.Delete, "/holdfast/faults/firewall_custom");
        Assert.Equal(HttpStatusCode.OK, cleared);
        Assert.StartsWith("HTTP/1.1 403 ", await site.AskAsync(One, "/admin"), StringComparison.Ordinal);
        var state = (await SendAsync(site.Edge, HttpMethod.Get, "/holdfast/state")).Body;
        Assert.Contains("\"module\":\"http_request_firewall_custom\"", state, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clock_SetWrong_IsWrongUntilItIsSetRight()
    {
        await using var edge = await EdgeUnderTest.StartAsync(options => options with { FaultInjection = true });
        var clock = edge.Guard.Faults!.Clock!;

        var (status, shown) = await SendAsync(edge, HttpMethod.Put, "/holdfast/faults/clock?seconds=-86400");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("\"clock_seconds\":-86400", shown, StringComparison.Ordinal);
        Assert.InRange(clock.GetUtcNow(), DateTimeOffset.UtcNow.AddHours(-25), DateTimeOffset.UtcNow.AddHours(-23));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(edge, HttpMethod.Delete, "/holdfast/faults/clock")).Status);
        Assert.Equal(0, clock.Seconds);
    }

    [Theory]
    [InlineData("PUT", "/holdfast/faults/clock?seconds=soon", 400, "clock takes seconds alone, from -316224000 to 316224000")]
    [InlineData("PUT", "/holdfast/faults/clock?seconds=316224001", 400, "clock takes seconds alone")]
    [InlineData("PUT", "/holdfast/faults/clock?seconds=1&count=2", 400, "clock takes seconds alone")]
    [InlineData("POST", "/holdfast/faults/clock?seconds=1", 405, "only PUT and DELETE here")]
    [InlineData("PUT", "/holdfast/faults/nowhere?action=throw", 404, "no fault point 'nowhere'; there are sanitize, ")]
    [InlineData("PUT", "/holdfast/faults/cache", 400, "action: '' is none of throw, hang, spin, allocate, delay")]
    [InlineData("PUT", "/holdfast/faults/cache?action=allocate", 400, "bytes: '' is not a number from 1 to ")]
    [InlineData("PUT", "/holdfast/faults/cache?action=delay&milliseconds=0", 400, "milliseconds: '0' is not a number from 1 to 60000")]
    [InlineData("PUT", "/holdfast/faults/cache?action=throw&count=-1", 400, "count: '-1' is not a number from 1 to 1000000")]
    [InlineData("PUT", "/holdfast/faults/cache?action=throw&x=1", 400, "'x': there are action, zone")]
    [InlineData("POST", "/holdfast/faults/cache?action=throw", 405, "only PUT and DELETE here")]
    [InlineData("PUT", "/holdfast/faults", 405, "only GET here")]
    public async Task Fault_WrittenWrongly_IsRefusedWithThePlace(string method, string path, int status, string reason)
    {
        await using var edge = await EdgeUnderTest.StartAsync(options => options with { FaultInjection = true });

        var (found, body) = await SendAsync(edge, new HttpMethod(method), path);

        Assert.Equal(status, (int)found);
        Assert.Contains(
            reason,
            System.Text.Json.JsonDocument.Parse(body).RootElement.GetProperty("error").GetString()!,
            StringComparison.Ordinal
        );
        Assert.Empty(edge.Guard.Faults!.Tripped);
    }

    [Fact]
    public async Task Fault_OnAnEdgeThatServesVisitors_CannotBeTripped()
    {
        await using var edge = await EdgeUnderTest.StartAsync();

        var (status, body) = await SendAsync(edge, HttpMethod.Put, "/holdfast/faults/cache?action=throw");

        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("not started with --fault-injection", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Injection_WhereVisitorsWereServed_IsRefused()
    {
        var edge = await EdgeUnderTest.StartAsync();
        await edge.DisposeAsync();

        var refused = await Assert.ThrowsAsync<FaultInjectionRefusedException>(() =>
            EdgeUnderTest.StartAsync(options => options with { FaultInjection = true }, edge.Data)
        );

        Assert.Contains(edge.Data, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Injection_WhereOnlyFaultsWere_IsTaken_UntilVisitorsAreServed()
    {
        static Holdfast.Edge.Hosting.EdgeOptions Faulty(Holdfast.Edge.Hosting.EdgeOptions options) =>
            options with
            {
                FaultInjection = true,
            };

        var first = await EdgeUnderTest.StartAsync(Faulty);
        await first.DisposeAsync();
        var second = await EdgeUnderTest.StartAsync(Faulty, first.Data);
        await second.DisposeAsync();
        var served = await EdgeUnderTest.StartAsync(data: first.Data);
        await served.DisposeAsync();

        await Assert.ThrowsAsync<FaultInjectionRefusedException>(() => EdgeUnderTest.StartAsync(Faulty, first.Data));
    }

    private static async Task<(HttpStatusCode Status, string Body)> SendAsync(EdgeUnderTest edge, HttpMethod method, string path)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(method, new Uri(edge.Management, path));
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
