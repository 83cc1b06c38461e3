namespace Holdfast.Cache.Tests.Conversations;

/// <summary>RFC 9111 section 4.2.4 and RFC 5861: what is served when it is stale.</summary>
public class StaleTests
{
    [Theory]
    [InlineData("max-age=5", true)]
    [InlineData("max-age=5, must-revalidate", false)]
    [InlineData("max-age=5, proxy-revalidate", false)]
    [InlineData("s-maxage=5", false)]
    [InlineData("max-age=5, no-cache", false)]
    public void Section4_2_4_Disconnected_StaleIsServedUnlessForbidden(string control, bool served) =>
        Conversation.Standard(
            $"""
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: {control} | ETag: "1"
               client: 200 hello
            @1000 client: GET /a
               proxy:  GET /a
               origin: closes
               client: {(
                served
                    ? "200 hello | CF-Cache-Status: STALE | Age: 1000 | Cache-Status: Holdfast; fwd=stale; ttl=-995; detail=disconnected"
                    : "502"
            )}
            """
        );

    [Theory]
    [InlineData("max-age=5, stale-if-error=60", 500, 20, true)]
    [InlineData("max-age=5, stale-if-error=60", 502, 20, true)]
    [InlineData("max-age=5, stale-if-error=60", 503, 20, true)]
    [InlineData("max-age=5, stale-if-error=60", 504, 20, true)]
    [InlineData("max-age=5, stale-if-error=60", 501, 20, false)]
    [InlineData("max-age=5, stale-if-error=60", 404, 20, false)]
    [InlineData("max-age=5, stale-if-error=60", 500, 66, false)]
    [InlineData("max-age=5", 500, 20, false)]
    [InlineData("max-age=5, stale-if-error=60, must-revalidate", 500, 20, false)]
    [InlineData("max-age=5, stale-if-error=x", 500, 20, false)]
    public void Rfc5861_4_AnErrorOfTheOrigin_IsReplacedWithinStaleIfError(string control, int status, int second, bool served) =>
        Conversation.Standard(
            $"""
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: {control}
               client: 200 hello
            @{second} client: GET /a
               proxy:  GET /a
               origin: {status} oops
               client: {(served ? "200 hello | CF-Cache-Status: STALE" : $"{status} oops")}
            """
        );

    [Theory]
    [InlineData("max-age=5, stale-while-revalidate=60", 20, true)]
    [InlineData("max-age=5, stale-while-revalidate=60", 66, false)]
    [InlineData("max-age=5, stale-while-revalidate=60, must-revalidate", 20, false)]
    [InlineData("max-age=5, stale-while-revalidate=60, proxy-revalidate", 20, false)]
    [InlineData("s-maxage=5, stale-while-revalidate=60", 20, false)]
    public void Rfc5861_3_WithinStaleWhileRevalidate_StaleIsServedAtOnce(string control, int second, bool served) =>
        Conversation.Standard(
            $"""
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: {control}
               client: 200 hello
            @{second} client: GET /a
            {(served ? "" : "proxy: GET /a\norigin: 200 other")}
               client: {(
                served
                    ? "200 hello | CF-Cache-Status: UPDATING | Cache-Status: Holdfast; hit; ttl=-15; detail=stale-while-revalidate"
                    : "200 other"
            )}
            """
        );

    [Theory]
    [InlineData("max-age=5", true)]
    [InlineData("max-age=5, stale-if-error=1", true)]
    [InlineData("max-age=5, stale-if-error=x", true)]
    [InlineData("max-age=5, stale-if-error=0", false)]
    public void Rfc5861_4_StaleIfErrorOfNoSeconds_ForbidsIt(string control, bool served) =>
        Conversation.Standard(
            $"""
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: {control}
               client: 200 hello
            @20 client: GET /a
               proxy:  GET /a
               origin: closes
               client: {(served ? "200 hello | CF-Cache-Status: STALE" : "502")}
            """
        );

    [Fact]
    public void Section4_AnErrorThatPasses_LeavesTheStoredResponse() =>
        Conversation.Standard(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=5 | ETag: "1"
               client: 200 hello
            @9 client: GET /a
               proxy:  GET /a
               origin: 503 oops
               client: 503 oops
               client: GET /a
               proxy:  GET /a | If-None-Match: "1"
               origin: 304
               client: 200 hello
            """
        );

    [Theory]
    [InlineData(503, "stale-if-error=60", false)]
    [InlineData(302, "stale-while-revalidate=60", false)]
    [InlineData(503, "stale-if-error=60, public", true)]
    [InlineData(200, "stale-if-error=60", true)]
    public void Section3_ATimeToBeServedStale_IsNoLeaveToStore(int status, string control, bool stored) =>
        Conversation.Standard(
            $"""
            @0 client: GET /a
               proxy:  GET /a
               origin: {status} hello | Cache-Control: {control}
               client: {status} hello
               client: GET /a
               proxy:  GET /a
               origin: closes
               client: {(stored ? $"{status} hello | CF-Cache-Status: STALE" : "502")}
            """
        );
}
