using Holdfast.Cache.Policy;
using Holdfast.Model.Zones;

namespace Holdfast.Cache.Tests.Conversations;

/// <summary>RFC 9111 section 4 and its directives: what is done with stored responses.</summary>
public class Rfc9111ReuseTests
{
    [Fact]
    public void Section4_AFreshResponse_IsReusedWithItsAge() =>
        Conversation.Standard(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=5 | X-Own: v
               client: 200 hello | CF-Cache-Status: MISS | Cache-Status: Holdfast; fwd=uri-miss; fwd-status=200; stored
            @3 client: GET /a
               client: 200 hello | Age: 3 | X-Own: v | CF-Cache-Status: HIT | Cache-Status: Holdfast; hit; ttl=2
            @6 client: GET /a
               proxy:  GET /a
               origin: 200 again | Cache-Control: max-age=5
               client: 200 again | CF-Cache-Status: EXPIRED | Cache-Status: Holdfast; fwd=stale; fwd-status=200; stored
            """
        );

    [Fact]
    public void Section4_2_3_TheDelayOfTheResponse_IsPartOfAReceivedAge() =>
        Conversation.Standard(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 +3 hello | Cache-Control: max-age=20 | Age: 7
               client: 200 hello
            @5 client: GET /a
               client: 200 hello | Age: 12
            """
        );

    [Fact]
    public void Section4_2_3_AClockThatJumpsBack_MakesNothingYounger() =>
        Conversation.Standard(
            """
            @100 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=20 | Age: 7
               client: 200 hello
            @10 client: GET /a
               client: 200 hello | Age: 7
            @105 client: GET /a
               client: 200 hello | Age: 12
            """
        );

    [Fact]
    public void Rfc9110_6_6_1_AMissingDate_IsTheTimeOfReceipt() =>
        Conversation.Standard(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=5
               client: 200 hello
            @3 client: GET /a
               client: 200 hello | Date: {0}
            """
        );

    [Fact]
    public void Section4_TheQueryString_IsPartOfTheKey() =>
        Conversation.Standard(
            """
            @0 client: GET /a?x=1
               proxy:  GET /a?x=1
               origin: 200 one | Cache-Control: max-age=50
               client: 200 one
               client: GET /a?x=2
               proxy:  GET /a?x=2
               origin: 200 two | Cache-Control: max-age=50
               client: 200 two
               client: GET /a?x=1
               client: 200 one
            """
        );

    [Fact]
    public void Section5_2_2_4_NoCache_IsRevalidatedEveryTime() =>
        Conversation.Standard(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: no-cache, max-age=50 | ETag: "1"
               client: 200 hello
            @1 client: GET /a
               proxy:  GET /a | If-None-Match: "1"
               origin: 304
               client: 200 hello | CF-Cache-Status: REVALIDATED | Cache-Status: Holdfast; fwd=stale; fwd-status=304; stored; ttl=50
            """
        );

    [Fact]
    public void Section5_2_2_4And7_FieldsThatAreNamed_AreNotStored() =>
        Conversation.Standard(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: no-cache="X-One, x-two", private=x-three, max-age=50 | X-One: 1 | X-Two: 2 | X-Three: 3 | X-Four: 4
               client: 200 hello | X-One: 1 | X-Two: 2 | X-Three: 3
            @1 client: GET /a
               client: 200 hello | !X-One | !X-Two | !X-Three | X-Four: 4
            """
        );

    [Fact]
    public void Section3_1_FieldsOfOneConnection_AreNotStored() =>
        Conversation.Standard(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=50 | Connection: X-Hop | X-Hop: 1 | Keep-Alive: 5 | Proxy-Authenticate: x | Upgrade: h2c | TE: x | Trailer: y | Proxy-Authentication-Info: z | X-Stays: 1
               client: 200 hello
            @1 client: GET /a
               client: 200 hello | !Connection | !X-Hop | !Keep-Alive | !Proxy-Authenticate | !Upgrade | !TE | !Trailer | !Proxy-Authentication-Info | X-Stays: 1
            """
        );

    [Theory]
    [InlineData("max-age=50", false)]
    [InlineData("max-age=50, public", true)]
    [InlineData("max-age=50, must-revalidate", true)]
    [InlineData("s-maxage=50", true)]
    public void Section3_5_Authorization_NeedsLeaveToShare(string control, bool shared) =>
        Conversation.Standard(
            $"""
            @0 client: GET /a | Authorization: Basic eA==
               proxy:  GET /a
               origin: 200 hello | Cache-Control: {control}
               client: 200 hello
            @1 client: GET /a
            {(shared ? "" : "proxy: GET /a\norigin: 200 other | Cache-Control: no-store")}
               client: 200 {(shared ? "hello" : "other")}
            """
        );

    [Fact]
    public void Section4_1_Vary_SelectsTheVariant() =>
        Conversation.Standard(
            """
            @0 client: GET /a | Accept-Language: en
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=50 | Vary: Accept-Language
               client: 200 hello
            @1 client: GET /a | Accept-Language: de
               proxy:  GET /a
               origin: 200 hallo | Cache-Control: max-age=50 | Vary: Accept-Language
               client: 200 hallo | Cache-Status: Holdfast; fwd=vary-miss; fwd-status=200; stored
            @2 client: GET /a | Accept-Language: en
               client: 200 hello
            @3 client: GET /a | Accept-Language: de
               client: 200 hallo
            @4 client: GET /a
               proxy:  GET /a
               origin: 200 none | Cache-Control: max-age=50 | Vary: Accept-Language
               client: 200 none
            @5 client: GET /a
               client: 200 none
            """
        );

    [Theory]
    [InlineData("Accept-Encoding", "gzip, br", "br,gzip", true)]
    [InlineData("Accept-Encoding", "gzip, br", "GZIP ,  Br", true)]
    [InlineData("Accept-Encoding", "gzip;q=1.0, br;q=0.5", "br ; q=0.500, gzip", true)]
    [InlineData("Accept-Encoding", "gzip, br", "gzip", false)]
    [InlineData("Accept-Encoding", "gzip, br;q=0", "gzip, br", false)]
    [InlineData("Accept-Language", "en;q=0.5, de", "de, EN;q=0.5", true)]
    [InlineData("Accept-Language", "en, de", "de, en", false)]
    [InlineData("Accept-Language", "en;x, de", "de, en;x", false)]
    [InlineData("X-Any", "a", "a ", true)]
    [InlineData("X-Any", "a", "A", false)]
    [InlineData("X-Any", "a, b", "b, a", false)]
    [InlineData("X-Any", "1,2", " 1 ,\t2 ", true)]
    [InlineData("X-Any", "a b", "ab", false)]
    [InlineData("X-Any", "\"a, b\"", "\"a,b\"", false)]
    [InlineData("X-Any", "\"a\\\", b\"", "\"a\\\",b\"", false)]
    [InlineData("X-Any", "\"a\", b", "\"a\",b", true)]
    [InlineData("User-Agent", "a, b", "a,b", false)]
    [InlineData("Cookie", "a=1, b", "a=1,b", false)]
    public void Section4_1_Vary_ComparesNormalForms(string field, string first, string second, bool same) =>
        Conversation.Standard(
            $"""
            @0 client: GET /a | {field}: {first}
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=50 | Vary: {field.ToUpperInvariant()}
               client: 200 hello
            @1 client: GET /a | {field}: {second}
            {(same ? "" : "proxy: GET /a\norigin: 200 other | Cache-Control: no-store")}
               client: 200 {(same ? "hello" : "other")}
            """
        );

    [Fact]
    public void Section4_1_OfSeveralThatMatch_TheNewestDateWins() =>
        Conversation.Standard(
            """
            @0 client: GET /a | X: 1
               proxy:  GET /a
               origin: 200 old | Cache-Control: max-age=500 | Date: {-10}
               client: 200 old
            @1 client: GET /a | X: 1 | If-Match: "x"
               proxy:  GET /a
               origin: 200 new | Cache-Control: max-age=500 | Date: {0} | Vary: X
               client: 200 new
            @2 client: GET /a | X: 1
               client: 200 new
            @3 client: GET /a | X: 2
               client: 200 old
            """
        );

    [Fact]
    public void Section5_2_1_7_OnlyIfCached_Gets504WhenThereIsNothing() =>
        Conversation.Standard(
            """
            @0 client: GET /a | Cache-Control: only-if-cached
               client: 504 | Cache-Status: Holdfast; detail=only-if-cached
               client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=5
               client: 200 hello
            @1 client: GET /a | Cache-Control: only-if-cached
               client: 200 hello
            """
        );

    [Theory]
    [InlineData("Cache-Control: no-cache")]
    [InlineData("Cache-Control: max-age=0")]
    [InlineData("Cache-Control: min-fresh=60")]
    [InlineData("Pragma: no-cache")]
    public void Section5_2_1_AVisitorsDirectives_CountOnlyWhereTheZoneRespectsThem(string field)
    {
        var text = $"""
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=50
               client: 200 hello
            @1 client: GET /a | {field}
            """;
        Conversation.Standard(text + "\nclient: 200 hello | CF-Cache-Status: HIT");
        Conversation.Play(
            text
                + """

                proxy:  GET /a
                origin: 200 again | Cache-Control: max-age=50
                client: 200 again | Cache-Status: Holdfast; fwd=request; fwd-status=200; stored
                """,
            Respecting
        );
    }

    [Fact]
    public void Section5_2_1_5_AVisitorsNoStore_IsRespectedWhereTheZoneSaysSo() =>
        Conversation.Play(
            """
            @0 client: GET /a | Cache-Control: no-store
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=50
               client: 200 hello | Cache-Status: Holdfast; fwd=uri-miss; fwd-status=200; detail=request-no-store
               client: GET /a
               proxy:  GET /a
               origin: 200 again | Cache-Control: max-age=50
               client: 200 again
            """,
            Respecting
        );

    [Fact]
    public void Section5_2_1_2_MaxStale_TakesAStaleResponse() =>
        Conversation.Play(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=5
               client: 200 hello
            @8 client: GET /a | Cache-Control: max-stale=5
               client: 200 hello | Age: 8
            @20 client: GET /a | Cache-Control: max-stale=5
               proxy:  GET /a
               origin: 200 again
               client: 200 again
            """,
            Respecting
        );

    [Fact]
    public void Rfc8246_2_AReload_DoesNotRevalidateWhatIsImmutable() =>
        Conversation.Play(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=50, immutable
               client: 200 hello
            @1 client: GET /a | Cache-Control: max-age=0
               client: 200 hello
            """,
            Respecting
        );

    [Fact]
    public void Section4_AHead_IsAnsweredFromAStoredGet() =>
        Conversation.Standard(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=50
               client: 200 hello
            @1 client: HEAD /a
               client: 200 | Age: 1
            """
        );

    [Fact]
    public void Section3_AHeadOrPost_IsNotStored() =>
        Conversation.Standard(
            """
            @0 client: HEAD /a
               proxy:  HEAD /a
               origin: 200 | Cache-Control: max-age=50
               client: 200
               client: POST /a
               proxy:  POST /a
               origin: 200 hello | Cache-Control: max-age=50
               client: 200 hello | CF-Cache-Status: DYNAMIC | Cache-Status: Holdfast; fwd=method; fwd-status=200; detail=method
               client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=50
               client: 200 hello
            """
        );

    [Fact]
    public void Section4_2_2_AGuess_IsMarked() =>
        Conversation.Standard(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Date: {0} | Last-Modified: {-1000}
               client: 200 hello
            @1 client: GET /a
               client: 200 hello | Cache-Status: Holdfast; hit; ttl=99; detail=heuristic
            """
        );

    private static CachePolicy Respecting => new() { Profile = CacheProfile.Standard, RespectRequestDirectives = true };
}
