namespace Holdfast.Cache.Tests.Conversations;

/// <summary>Corners of RFC 9110 and 9111 in which caches differ: spellings, statuses, and what an update leaves.</summary>
public class CornerTests
{
    [Theory]
    [InlineData("abc", "abc", 304)]
    [InlineData("\"abc\"", "\"abc\"", 304)]
    [InlineData("\"\u00e9\"", "\"\u00e9\"", 304)]
    [InlineData("\"a,b\"", "\"a,b\"", 304)]
    [InlineData("\"\"", "\"\"", 304)]
    [InlineData("\"abc\"", "W/\"x\", \"y\" ,\"abc\"", 304)]
    [InlineData("W/\"abc\"", "\"abc\"", 304)]
    [InlineData("\"abc\"", "w/\"abc\"", 200)]
    [InlineData("\"abc\"", "\"ABC\"", 200)]
    [InlineData("\"abc\"", "\"ab\"", 200)]
    public void Rfc9110_13_1_2_Tags_AreComparedAsTheyAreWritten(string stored, string asked, int status) =>
        Conversation.Standard(
            $$"""
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=50 | ETag: {{stored}}
               client: 200 hello
               client: GET /a | If-None-Match: {{asked}}
               client: {{status}} | ETag: {{stored}}
            """
        );

    [Theory]
    [InlineData("Vary: *")]
    [InlineData("Vary: , *")]
    [InlineData("Vary: X, *")]
    [InlineData("Vary: *, X")]
    [InlineData("Vary: *,*")]
    [InlineData("Vary: X", "Vary: *")]
    [InlineData("Vary: *", "Vary: X")]
    [InlineData("Vary: \"*\"")]
    [InlineData("Vary: no name")]
    public void Section4_1_AStarAnywhere_IsNeverSelected(params string[] vary) =>
        Assert.False(Conversation.IsReusedAfter(1, 200, ["Cache-Control: max-age=50", .. vary]));

    [Theory]
    [InlineData("Vary: ")]
    [InlineData("Vary: ,")]
    [InlineData("Vary: X")]
    [InlineData("Vary: X, x,,X")]
    [InlineData("vary: Accept-Encoding")]
    public void Section4_1_WhatNamesNothingThatDiffers_IsSelected(string vary) =>
        Assert.True(Conversation.IsReusedAfter(1, 200, "Cache-Control: max-age=50", vary));

    [Theory]
    [InlineData("POST", 200, true)]
    [InlineData("PUT", 204, true)]
    [InlineData("DELETE", 200, true)]
    [InlineData("PATCH", 200, true)]
    [InlineData("M-SEARCH", 200, true)]
    [InlineData("get", 200, true)]
    [InlineData("POST", 303, true)]
    [InlineData("POST", 400, false)]
    [InlineData("POST", 500, false)]
    [InlineData("DELETE", 404, false)]
    [InlineData("OPTIONS", 200, false)]
    public void Section4_4_AMethodThatIsNotKnownToBeSafe_InvalidatesWhenItSucceeds(string method, int status, bool invalidates) =>
        Conversation.Standard(
            $"""
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=50
               client: 200 hello
               client: {method} /a
               proxy:  {method} /a
               origin: {status} done | Cache-Control: max-age=50
               client: {status} done
               client: GET /a
               {(invalidates ? "proxy:  GET /a\n   origin: 200 again\n   client: 200 again" : "client: 200 hello | CF-Cache-Status: HIT")}
            """
        );

    [Fact]
    public void Section4_3_4_A304WithoutDirectives_LeavesTheOnesThatAreStored() =>
        Conversation.Standard(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=10 | ETag: "1" | X-Kept: v | X-Changed: old
               client: 200 hello
            @20 client: GET /a
               proxy:  GET /a | If-None-Match: "1"
               origin: 304 | X-Changed: new
               client: 200 hello | X-Kept: v | X-Changed: new | Cache-Control: max-age=10 | ETag: "1" | Age: 0
            @25 client: GET /a
               client: 200 hello | X-Changed: new | Age: 5
            @31 client: GET /a
               proxy:  GET /a | If-None-Match: "1"
               origin: 304
               client: 200 hello
            """
        );

    [Fact]
    public void Section4_3_4_AnExpiresOfA304_CountsFromItsOwnDate() =>
        Conversation.Standard(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Expires: {10} | Date: {0} | ETag: "1"
               client: 200 hello
            @20 client: GET /a
               proxy:  GET /a | If-None-Match: "1"
               origin: 304 | Expires: {40} | Date: {20}
               client: 200 hello | Expires: {40} | Date: {20}
            @39 client: GET /a
               client: 200 hello | Age: 19
            @41 client: GET /a
               proxy:  GET /a | If-None-Match: "1"
               origin: 304 | Expires: {40} | Date: {41}
               client: 200 hello
            """
        );

    [Fact]
    public void Section3_4_APart_IsFreshForAsLongAsTheFieldsOfBothSay() =>
        Conversation.Standard(
            """
            @0 client: GET /a | Range: bytes=0-1
               proxy:  GET /a | Range: bytes=0-1
               origin: 206 he | Cache-Control: max-age=5 | ETag: "1" | Content-Range: bytes 0-1/5 | Last-Modified: {-100000}
               client: 206 he
               client: GET /a | Range: bytes=2-4
               proxy:  GET /a | Range: bytes=2-4
               origin: 206 llo | ETag: "1" | Content-Range: bytes 2-4/5 | Last-Modified: {-100000}
               client: 206 llo
            @4 client: GET /a
               client: 200 hello | Cache-Control: max-age=5
            @6 client: GET /a
               proxy:  GET /a | If-None-Match: "1"
               origin: 304
               client: 200 hello
            """
        );

    [Theory]
    [InlineData("Cache-Control: public")]
    [InlineData("Cache-Control: must-revalidate")]
    [InlineData("Cache-Control: s-maxage=50")]
    public void Section3_5_LeaveToShare_IsForEverybody(string control) =>
        Conversation.Standard(
            $$"""
            @0 client: GET /a | Authorization: Basic x
               proxy:  GET /a | Authorization: Basic x
               origin: 200 hello | Cache-Control: max-age=50 | {{control}}
               client: 200 hello
               client: GET /a
               client: 200 hello | CF-Cache-Status: HIT
            """
        );

    [Theory]
    [InlineData("X-Original-URL: /admin")]
    [InlineData("x-rewrite-url: /admin")]
    [InlineData("X-HTTP-Method-Override: DELETE")]
    [InlineData("X-HTTP-Method: DELETE")]
    [InlineData("X-Method-Override: DELETE")]
    [InlineData("X-Host: evil.example")]
    [InlineData("X-Forwarded-Scheme: nothttps")]
    public void AFieldThatTheKeyDoesNotHold_MakesItNobodyElses(string field) =>
        Conversation.Standard(
            $"""
            @0 client: GET /a | {field}
               proxy:  GET /a | {field}
               origin: 200 evil | Cache-Control: max-age=50
               client: 200 evil | CF-Cache-Status: BYPASS | Cache-Status: Holdfast; fwd=request; fwd-status=200; detail=request-disguise
               client: GET /a | X-Forwarded-Scheme: https
               proxy:  GET /a
               origin: 200 good | Cache-Control: max-age=50
               client: 200 good
               client: GET /a | {field}
               proxy:  GET /a | {field}
               origin: 200 evil | Cache-Control: max-age=50
               client: 200 evil
               client: GET /a
               client: 200 good | CF-Cache-Status: HIT
            """
        );
}
