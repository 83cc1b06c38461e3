using Holdfast.Cache.Decisions;
using Holdfast.Cache.Policy;
using Holdfast.Model.Zones;

namespace Holdfast.Cache.Tests.Conversations;

/// <summary>What is not stored because its type is none that the target's extension speaks of.</summary>
public class DeceptionArmorTests
{
    private static readonly CachePolicy Armored = new() { Profile = CacheProfile.Standard, DeceptionArmor = true };

    [Fact]
    public void EveryExtensionThatIsCached_HasItsTypes() => Assert.Equal(CacheableExtensions.Count, DeceptionArmor.Count);

    [Theory]
    [InlineData("/account/x.css", "text/html", false)]
    [InlineData("/account/x.CSS?v=1.txt", "text/html; charset=utf-8", false)]
    [InlineData("/x.css", "text/css; charset=utf-8", true)]
    [InlineData("/x.css", "TEXT/CSS", true)]
    [InlineData("/x.js", "text/plain", false)]
    [InlineData("/x.js", "application/javascript", true)]
    [InlineData("/x.jpg", "image/webp", true)]
    [InlineData("/x.gif", "video/webm", true)]
    [InlineData("/x.png", "text/html", false)]
    [InlineData("/x.pdf", "application/pdf", true)]
    [InlineData("/x.pdf", "application/json", false)]
    [InlineData("/x.zip", "application/xhtml+xml", false)]
    [InlineData("/x.woff2", "font/woff2", true)]
    [InlineData("/x.mp4", "video/mp4", true)]
    [InlineData("/x.mp4", "text/html", false)]
    [InlineData("/x.css", "application/octet-stream", true)]
    [InlineData("/x.css", "", false)]
    [InlineData("/account", "text/html", true)]
    [InlineData("/css", "text/html", true)]
    [InlineData("/x.css/", "text/html", true)]
    [InlineData("/x.html", "text/html", true)]
    [InlineData("/x.webmanifest", "text/html", true)]
    public void AType_ThatTheExtensionDoesNotSpeakOf_IsNotStored(string target, string type, bool stored) =>
        Conversation.Play(
            $"""
            @0 client: GET {target}
               proxy:  GET {target}
               origin: 200 a | Cache-Control: max-age=9{(type.Length > 0 ? " | Content-Type: " + type : "")}
               client: 200 a | CF-Cache-Status: {(stored ? "MISS" : "BYPASS")}
            @1 client: GET {target}
               {(stored ? "" : $"proxy:  GET {target}")}
               {(stored ? "" : "origin: 200 b")}
               client: 200 {(stored ? "a" : "b")}
            """,
            Armored
        );

    [Fact]
    public void WithoutAType_NothingIsStored() =>
        Conversation.Play(
            """
            @0 client: GET /x.css
               proxy:  GET /x.css
               origin: 200 a | Cache-Control: max-age=9
               client: 200 a | Cache-Status: Holdfast; fwd=uri-miss; fwd-status=200; detail=type-mismatch
            """,
            Armored
        );

    [Fact]
    public void WhereNoRuleAsksForIt_TheTypeMeansNothing() =>
        Conversation.Standard(
            """
            @0 client: GET /x.css
               proxy:  GET /x.css
               origin: 200 a | Cache-Control: max-age=9 | Content-Type: text/html
               client: 200 a | CF-Cache-Status: MISS
            @1 client: GET /x.css
               client: 200 a | CF-Cache-Status: HIT
            """
        );
}
