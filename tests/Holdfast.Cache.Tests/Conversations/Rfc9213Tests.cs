namespace Holdfast.Cache.Tests.Conversations;

/// <summary>RFC 9213: targeted cache control, as structured fields (RFC 9651).</summary>
public class Rfc9213Tests
{
    [Theory]
    [InlineData(true, "CDN-Cache-Control: max-age=10", "Cache-Control: max-age=1")]
    [InlineData(false, "CDN-Cache-Control: max-age=1", "Cache-Control: max-age=10")]
    [InlineData(true, "CDN-Cache-Control: max-age=10", "Cache-Control: no-store")]
    [InlineData(true, "CDN-Cache-Control: max-age=10", "Cache-Control: no-cache")]
    [InlineData(true, "CDN-Cache-Control: max-age=10", "Cache-Control: private")]
    [InlineData(false, "CDN-Cache-Control: no-store", "Cache-Control: max-age=10")]
    [InlineData(false, "CDN-Cache-Control: private", "Cache-Control: max-age=10")]
    [InlineData(false, "CDN-Cache-Control: no-cache", "Cache-Control: max-age=10")]
    [InlineData(true, "CDN-Cache-Control: max-age=10", "Expires: 0")]
    [InlineData(false, "CDN-Cache-Control: foo", "Expires: {10}")]
    [InlineData(true, "Cloudflare-CDN-Cache-Control: max-age=10", "CDN-Cache-Control: no-store", "Cache-Control: no-store")]
    [InlineData(false, "Cloudflare-CDN-Cache-Control: no-store", "CDN-Cache-Control: max-age=10")]
    [InlineData(true, "CDN-Cache-Control: s-maxage=10, max-age=1")]
    public void Section2_2_TheFirstTargetedField_DecidesAlone(bool reused, params string[] fields) =>
        Assert.Equal(reused, Conversation.IsReusedAfter(5, 200, fields));

    [Theory]
    [InlineData("CDN-Cache-Control: max-age=10,")]
    [InlineData("CDN-Cache-Control: max-age=10, \"x\"")]
    [InlineData("CDN-Cache-Control: MAX-AGE=10")]
    [InlineData("CDN-Cache-Control: max-age = 10")]
    [InlineData("CDN-Cache-Control: max-age=10 20")]
    [InlineData("CDN-Cache-Control: max-age=10, &")]
    [InlineData("CDN-Cache-Control:")]
    [InlineData("CDN-Cache-Control: max-age=1234567890123456")]
    public void Section2_1_AFieldThatIsNoDictionary_IsIgnored(string field)
    {
        Assert.False(Conversation.IsReusedAfter(5, 200, field, "Cache-Control: max-age=1"));
        Assert.True(Conversation.IsReusedAfter(5, 200, field, "Cache-Control: max-age=10"));
        Assert.True(Conversation.IsReusedAfter(5, 200, "Cloudflare-" + field, "CDN-Cache-Control: max-age=10", "Cache-Control: no-store"));
    }

    [Theory]
    [InlineData("max-age=\"100\"")]
    [InlineData("max-age=100.0")]
    [InlineData("max-age=?1")]
    [InlineData("max-age")]
    [InlineData("max-age=-100")]
    [InlineData("max-age=a100")]
    [InlineData("max-age=(100)")]
    [InlineData("max-age=100, max-age=\"100\"")]
    [InlineData("max-age=:MTAw:")]
    [InlineData("max-age=@100")]
    public void Section2_1_ALifetimeOfTheWrongType_IsNone(string value) =>
        Assert.False(Conversation.IsReusedAfter(5, 200, "CDN-Cache-Control: " + value, "Cache-Control: max-age=100"));

    [Theory]
    [InlineData("no-store=1, max-age=10")]
    [InlineData("no-store=?0, max-age=10")]
    [InlineData("no-store, no-store=?0, max-age=10")]
    [InlineData("private=1, max-age=10")]
    [InlineData("no-cache=?0, max-age=10")]
    public void Section2_1_ADirectiveOfTheWrongType_IsIgnored(string value) =>
        Assert.True(Conversation.IsReusedAfter(5, 200, "CDN-Cache-Control: " + value));

    [Theory]
    [InlineData("max-age=1, max-age=10")]
    [InlineData("max-age=10;x=1;y=\"no-store\";z")]
    [InlineData("max-age=10;max-age=1")]
    [InlineData("a=(1 2 \"x\");q, max-age=10")]
    [InlineData("a=%\"f%c3%bc\", b=@1659578233, c=:aGk=:, d=1.5, e=*x/y:z, max-age=10")]
    [InlineData("foo=\"no-store, x\", max-age=10")]
    [InlineData("  max-age=10  ")]
    [InlineData("a,\tmax-age=10")]
    public void Rfc9651_4_2_2_TheDictionary_IsReadAsWritten(string value) =>
        Assert.True(Conversation.IsReusedAfter(5, 200, "CDN-Cache-Control: " + value));

    [Theory]
    [InlineData(true, "CDN-Cache-Control: foo", "CDN-Cache-Control: max-age=10")]
    [InlineData(true, "CDN-Cache-Control: max-age=1", "CDN-Cache-Control: max-age=10")]
    [InlineData(false, "CDN-Cache-Control: max-age=10", "CDN-Cache-Control: no-store")]
    [InlineData(false, "CDN-Cache-Control: max-age=10", "CDN-Cache-Control: &", "Cache-Control: no-store")]
    public void Rfc9651_4_2_SeveralLines_AreOneDictionary(bool reused, params string[] fields) =>
        Assert.Equal(reused, Conversation.IsReusedAfter(5, 200, fields));

    [Fact]
    public void Section3_1_TheFieldForUs_StaysHereAndTheOneForAllCdnsGoesOn() =>
        Conversation.Standard(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cloudflare-CDN-Cache-Control: max-age=50 | CDN-Cache-Control: max-age=5 | ETag: "1"
               client: 200 hello | !Cloudflare-CDN-Cache-Control | CDN-Cache-Control: max-age=5
            @9 client: GET /a
               client: 200 hello | !Cloudflare-CDN-Cache-Control | CDN-Cache-Control: max-age=5 | CF-Cache-Status: HIT
            @60 client: GET /a
               proxy:  GET /a
               origin: 304
               client: 200 hello
            @100 client: GET /a
               client: 200 hello | CF-Cache-Status: HIT
            """
        );
}
