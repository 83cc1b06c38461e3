using Holdfast.Cache.Policy;
using Holdfast.Model.Zones;

namespace Holdfast.Cache.Tests.Conversations;

/// <summary>The profile <c>cloudflare</c>, the cache levels and development mode.</summary>
public class CloudflareProfileTests
{
    private static readonly CachePolicy Cloudflare = new() { Profile = CacheProfile.Cloudflare };

    [Fact]
    public void Extensions_AreFiftySix() => Assert.Equal(56, CacheableExtensions.Count);

    [Theory]
    [InlineData("/a.css", true)]
    [InlineData("/dir/A.JPG", true)]
    [InlineData("/x.tar.gz", true)]
    [InlineData("/robots.txt", true)]
    [InlineData("/dir/robots.txt", false)]
    [InlineData("/a.html", false)]
    [InlineData("/a.json", false)]
    [InlineData("/css", false)]
    [InlineData("/a.css/", false)]
    [InlineData("/a.", false)]
    [InlineData("/", false)]
    public void Eligible_AreTheExtensionsAndRobots(string path, bool eligible) =>
        Assert.Equal(eligible, Cloudflare.IsEligible(System.Text.Encoding.ASCII.GetBytes(path), "?x"u8));

    [Fact]
    public void WithoutFreshness_TheStatusDecides() =>
        Conversation.Play(
            """
            @0 client: GET /a.css
               proxy:  GET /a.css
               origin: 200 hello
               client: 200 hello | CF-Cache-Status: MISS
            @7199 client: GET /a.css
               client: 200 hello | CF-Cache-Status: HIT
            @7201 client: GET /a.css
               proxy:  GET /a.css
               origin: 404 gone
               client: 404 gone
            @7380 client: GET /a.css
               client: 404 gone | CF-Cache-Status: HIT
            @7382 client: GET /a.css
               proxy:  GET /a.css
               origin: 500 oops
               client: 500 oops | CF-Cache-Status: BYPASS | Cache-Status: Holdfast; fwd=stale; fwd-status=500; detail=no-freshness
            """,
            Cloudflare
        );

    [Theory]
    [InlineData("Cache-Control: private", "private")]
    [InlineData("Cache-Control: no-store", "no-store")]
    [InlineData("Cache-Control: no-cache", "no-cache")]
    [InlineData("Cache-Control: max-age=0", "expired")]
    [InlineData("Cache-Control: max-age=60 | Set-Cookie: a=b", "set-cookie")]
    public void WhatCloudflareDoesNotStore_IsBypassed(string fields, string reason) =>
        Conversation.Play(
            $"""
            @0 client: GET /a.css
               proxy:  GET /a.css
               origin: 200 hello | {fields} | ETag: "1"
               client: 200 hello | CF-Cache-Status: BYPASS | Cache-Status: Holdfast; fwd=uri-miss; fwd-status=200; detail={reason}
            """,
            Cloudflare
        );

    [Fact]
    public void APage_IsDynamic() =>
        Conversation.Play(
            """
            @0 client: GET /page
               proxy:  GET /page
               origin: 200 hello | Cache-Control: max-age=60
               client: 200 hello | CF-Cache-Status: DYNAMIC | Cache-Status: Holdfast; fwd=bypass; fwd-status=200; detail=not-eligible
            """,
            Cloudflare
        );

    [Fact]
    public void LevelSimplified_SharesOneResponseAmongQueryStrings() =>
        Conversation.Play(
            """
            @0 client: GET /a?x=1
               proxy:  GET /a?x=1
               origin: 200 hello | Cache-Control: max-age=60
               client: 200 hello
               client: GET /a?x=2
               client: 200 hello | CF-Cache-Status: HIT
            """,
            new CachePolicy { Profile = CacheProfile.Standard, Level = CacheLevel.Simplified }
        );

    [Fact]
    public void LevelBasic_LeavesQueryStringsOut() =>
        Conversation.Play(
            """
            @0 client: GET /a?x=1
               proxy:  GET /a?x=1
               origin: 200 hello | Cache-Control: max-age=60
               client: 200 hello | CF-Cache-Status: DYNAMIC
            """,
            new CachePolicy { Profile = CacheProfile.Standard, Level = CacheLevel.Basic }
        );

    [Fact]
    public void DevelopmentMode_NeitherTakesNorStores() =>
        Conversation.Play(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=60
               client: 200 hello | CF-Cache-Status: BYPASS | Cache-Status: Holdfast; fwd=bypass; fwd-status=200; detail=development-mode
               client: GET /a
               proxy:  GET /a
               origin: 200 again | Cache-Control: max-age=60
               client: 200 again
            """,
            new CachePolicy { Profile = CacheProfile.Standard, DevelopmentModeUntil = long.MaxValue }
        );
}
