using System.Collections.Concurrent;
using System.Globalization;
using Holdfast.Cache.Exchange;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Tests.Cache;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Zones;
using static Holdfast.Edge.Tests.Tiers.TieredSite;

namespace Holdfast.Edge.Tests.Tiers;

/// <summary>The setting cache_slice on edges that ask an upper edge first.</summary>
public sealed class SlicedTierTests
{
    private const int Slice = (int)CacheExchange.SliceLength;

    private static readonly ZoneSettings Sliced = new() { CacheSlice = true };

    private readonly string _file = string.Concat(Enumerable.Range(0, 250_000).Select(i => $"{i:D9};"));
    private readonly ConcurrentQueue<int> _asked = new();
    private volatile string _tag = "\"1\"";

    private IReadOnlyList<int> Asked => [.. _asked];

    [Fact]
    public async Task ASeek_IsAskedOfTheUpperEdge_WhichHasItsSlicesForTheNext()
    {
        await using var site = new TieredSite(AnswerAsync);
        var upper = await site.EdgeAsync(settings: Sliced);
        var one = await site.EdgeAsync([UrlOf(upper)], Sliced);
        var two = await site.EdgeAsync([UrlOf(upper)], Sliced);
        var first = await AskAsync(one, "GET /a.mp4", "Range: bytes=1048570-1048579");
        Assert.Equal((206, _file[1_048_570..1_048_580]), (first.Status, first.Body));
        Assert.Equal(("MISS", "edge-1;status=miss"), (first["CF-Cache-Status"], first["Holdfast-Upper"]));
        Assert.Equal([0, 1], Asked);

        var shared = await AskAsync(two, "GET /a.mp4", "Range: bytes=1048570-1048579");
        Assert.Equal((206, _file[1_048_570..1_048_580]), (shared.Status, shared.Body));
        Assert.Equal(("MISS", "edge-1;status=hit"), (shared["CF-Cache-Status"], shared["Holdfast-Upper"]));
        var hit = await AskAsync(two, "GET /a.mp4", "Range: bytes=1048000-1049000");
        Assert.Equal(("HIT", null, _file[1_048_000..1_049_001]), (hit["CF-Cache-Status"], hit["Holdfast-Upper"], hit.Body));
        Assert.Equal([0, 1], Asked);

        var whole = await AskAsync(one, "GET /a.mp4");
        Assert.Equal((200, true), (whole.Status, whole.Body == _file));
        Assert.Equal([0, 1, 2], Asked);
        Assert.All(site.Seen, head => Assert.DoesNotContain("Holdfast-Lower", head, StringComparison.OrdinalIgnoreCase));
        Assert.Contains("holdfast_edge_origin_requests_total 0\n", await one.MetricsAsync());
        var record = Assert.Single(await two.LogRecordsAsync(2), r => r.GetProperty("CacheCacheStatus").GetString() == "miss");
        Assert.True(record.GetProperty("CacheTieredFill").GetBoolean());
    }

    [Fact]
    public async Task WhenTheUpperEdgeHasAnotherVersion_TheOriginIsAskedForTheRestOfThisOne()
    {
        await using var site = new TieredSite(AnswerAsync);
        var upper = await site.EdgeAsync(settings: Sliced);
        var lower = await site.EdgeAsync([UrlOf(upper)], Sliced, change: options => options with { FaultInjection = true });

        // The upper edge has all of the old version, and the lower edge, without it, the beginning of the new one.
        Assert.Equal(_file.Length, (await AskAsync(upper, "GET /a.mp4")).Body.Length);
        _tag = "\"2\"";
        lower.Guard.Faults!.Trip(new TrippedFault(FaultPoint.Tiers, FaultAction.Throw, EdgeUnderTest.IdOf("*"), 1, 0));
        var first = await AskAsync(lower, "GET /a.mp4", "Range: bytes=0-9");
        Assert.Equal(("\"2\"", _file[..10]), (first["ETag"], first.Body));
        var whole = await AskAsync(lower, "GET /a.mp4");
        Assert.Equal((200, "\"2\"", true), (whole.Status, whole["ETag"], whole.Body == _file));
        Assert.Equal([0, 1, 2, 0, 1, 2], Asked);
        Assert.Contains("holdfast_edge_upper_requests_total{result=\"answered\"} 2\n", await lower.MetricsAsync());
    }

    [Fact]
    public async Task WhatAPostHasInvalidatedBelow_TheUpperEdgeHasConfirmed()
    {
        await using var site = new TieredSite(AnswerAsync);
        var upper = await site.EdgeAsync(settings: Sliced);
        var lower = await site.EdgeAsync([UrlOf(upper)], Sliced);
        await AskAsync(lower, "GET /a.mp4", "Range: bytes=0-9");
        await AskAsync(lower, "POST /a.mp4", "Content-Length: 0");
        _tag = "\"2\"";
        var changed = await AskAsync(lower, "GET /a.mp4", "Range: bytes=1048580-1048589");
        Assert.Equal(("\"2\"", _file[1_048_580..1_048_590]), (changed["ETag"], changed.Body));
        Assert.Equal("\"2\"", (await AskAsync(upper, "GET /a.mp4", "Range: bytes=1048580-1048589"))["ETag"]);
        Assert.Equal([0, 1], Asked);
    }

    // A file with ranges and conditions, for an hour.
    private async Task AnswerAsync(string head, Conversation edge)
    {
        if (head.StartsWith("POST", StringComparison.Ordinal))
        {
            await edge.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            return;
        }

        var asked = new Reply(head, "");
        var range = asked["Range"]!["bytes=".Length..].Split('-');
        var start = int.Parse(range[0], CultureInfo.InvariantCulture);
        var end = Math.Min(int.Parse(range[1], CultureInfo.InvariantCulture) + 1, _file.Length);
        _asked.Enqueue(start / Slice);
        var fields = $"ETag: {_tag}\r\nCache-Control: max-age=3600\r\nContent-Type: video/mp4\r\n";
        await edge.SendAsync(
            asked["If-Match"] is { } match && match != _tag ? "HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0\r\n\r\n"
            : asked["If-None-Match"] == _tag ? $"HTTP/1.1 304 Not Modified\r\n{fields}\r\n"
            : $"HTTP/1.1 206 Partial Content\r\n{fields}Content-Range: bytes {start}-{end - 1}/{_file.Length}\r\n"
                + $"Content-Length: {end - start}\r\n\r\n{_file[start..end]}"
        );
    }
}
