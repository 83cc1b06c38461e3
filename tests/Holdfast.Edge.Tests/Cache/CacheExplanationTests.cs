using System.Security.Cryptography;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Cache;

/// <summary>What the cache says of its reasons: in the log to everybody who reads it, in answers to those who have the token.</summary>
public class CacheExplanationTests
{
    private const string Token = "3f1c6b0a94d24a17b8a5e2c7d9f00112";

    private static readonly ZoneSettings Explaining = new()
    {
        CacheProfile = CacheProfile.Standard,
        CacheDebugTokenSha256 = Convert.ToHexStringLower(SHA256.HashData("3f1c6b0a94d24a17b8a5e2c7d9f00112"u8)),
    };

    [Fact]
    public async Task TheReason_StandsInTheLog()
    {
        await using var site = await CachedSite.AnsweringAsync(
            CachedSite.Ok("a", "Cache-Control: max-age=60"),
            CachedSite.Ok("b", "Cache-Control: no-store"),
            CachedSite.Ok("c", "Set-Cookie: a=b")
        );
        await site.AskAsync("GET /stored");
        await site.AskAsync("GET /stored");
        await site.AskAsync("GET /no-store");
        await site.AskAsync("GET /set-cookie");
        await site.StopOriginAsync();
        await site.AskAsync("GET /down");
        var records = await site.Edge.LogRecordsAsync(5);
        Assert.Equal(
            [("/down", "no-answer"), ("/no-store", "no-store"), ("/set-cookie", "set-cookie"), ("/stored", null), ("/stored", null)],
            records
                .Select(r =>
                    (
                        r.GetProperty("ClientRequestURI").GetString(),
                        r.TryGetProperty("CacheReason", out var reason) ? reason.GetString() : null
                    )
                )
                .Order()
        );
    }

    [Fact]
    public async Task TheToken_ShowsReasonAndKey_AndNeverReachesTheOrigin()
    {
        var next = -1;
        string[] answers =
        [
            CachedSite.Ok("a", "Cache-Control: max-age=60, stale-if-error=9"),
            CachedSite.Ok("b", "Cache-Control: private"),
            CachedSite.Ok("c", "Cache-Control: private"),
            CachedSite.Ok("d", "Cache-Control: private"),
        ];
        await using var site = await CachedSite.StartAsync((_, c) => c.SendAsync(answers[Interlocked.Increment(ref next)]), Explaining);
        var miss = await site.AskAsync("GET /a?q=%22", "X-Holdfast-Debug: " + Token);
        Assert.Equal("status=miss, reason=none, key=\"http://example.com/a?q=%22\"", miss["X-Holdfast-Cache"]);
        Assert.Equal("Holdfast; fwd=uri-miss; fwd-status=200; stored; key=\"http://example.com/a?q=%22\"", miss["Cache-Status"]);

        site.Time.Advance(TimeSpan.FromSeconds(10));
        var hit = await site.AskAsync("GET /a?q=%22", "X-Holdfast-Debug: " + Token);
        Assert.StartsWith("status=hit, reason=none, key=\"http://example.com/a?q=%22\", ttl=", hit["X-Holdfast-Cache"]);
        Assert.EndsWith(", stale-if-error=9", hit["X-Holdfast-Cache"]);
        Assert.EndsWith("; key=\"http://example.com/a?q=%22\"", hit["Cache-Status"]);
        Assert.StartsWith(
            "status=bypass, reason=private, ",
            (await site.AskAsync("GET /b", "X-Holdfast-Debug: " + Token))["X-Holdfast-Cache"]
        );

        // Who has not got it sees what is always seen.
        foreach (var other in (string[])["X-Holdfast-Debug: " + Token[..^1], "X-Holdfast-Debug:", "X-Own: 1"])
        {
            var plain = await site.AskAsync("GET /a?q=%22", other);
            Assert.Null(plain["X-Holdfast-Cache"]);
            Assert.DoesNotContain("key=", plain["Cache-Status"]);
        }

        Assert.Null((await site.AskAsync("GET /c", "X-Holdfast-Debug: wrong"))["X-Holdfast-Cache"]);
        Assert.Null((await site.AskAsync("GET /d"))["X-Holdfast-Cache"]);
        Assert.All(site.Seen, head => Assert.DoesNotContain("X-Holdfast-Debug", head, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task AZoneWithoutADigest_TellsNobody()
    {
        await using var site = await CachedSite.AnsweringAsync(CachedSite.Ok("a", "Cache-Control: max-age=60"));
        foreach (var token in (string[])["", "x", Token])
        {
            Assert.Null((await site.AskAsync("GET /a", "X-Holdfast-Debug: " + token))["X-Holdfast-Cache"]);
        }

        Assert.DoesNotContain("X-Holdfast-Debug", Assert.Single(site.Seen), StringComparison.OrdinalIgnoreCase);
    }
}
