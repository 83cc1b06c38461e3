namespace Holdfast.Cache.Tests.Conversations;

/// <summary>RFC 9111 sections 3.2, 4.3 and 4.4, and RFC 9110 sections 13 and 14: validation, updates, conditions, ranges, invalidation.</summary>
public class Rfc9111ValidationTests
{
    private const string Stored = """
        @0 client: GET /a
           proxy:  GET /a
           origin: 200 hello | Cache-Control: max-age=5 | ETag: "1" | Last-Modified: {-1000} | X-Own: old | Content-Type: text/plain
           client: 200 hello

        """;

    [Fact]
    public void Section4_3_1_ARevalidation_SendsTheStoredValidators() =>
        Conversation.Standard(
            Stored
                + """
                @9 client: GET /a | If-None-Match: "other" | If-Modified-Since: {5} | Range: bytes=0-1 | If-Range: "1"
                   proxy:  GET /a | If-None-Match: "1" | If-Modified-Since: {-1000} | !Range | !If-Range
                   origin: 304 | ETag: "1"
                   client: 206 he | CF-Cache-Status: REVALIDATED
                """
        );

    [Fact]
    public void Section3_2_A304_UpdatesFieldsAndFreshnessButNotTheBodysOwn() =>
        Conversation.Standard(
            Stored
                + """
                @9 client: GET /a
                   proxy:  GET /a | If-None-Match: "1"
                   origin: 304 | ETag: "1" | X-Own: new | X-More: 1 | Cache-Control: max-age=20 | Content-Length: 77 | Content-Encoding: br | Content-Range: x | Connection: X-Hop | X-Hop: 1 | Set-Cookie: a=b
                   client: 200 hello | X-Own: new | X-More: 1 | Age: 0 | !Content-Encoding | !Content-Range | !X-Hop | Date: {9} | Content-Type: text/plain | Set-Cookie: a=b
                @25 client: GET /a
                   client: 200 hello | X-Own: new | Age: 16 | Cache-Control: max-age=20 | CF-Cache-Status: HIT
                """
        );

    [Fact]
    public void Section4_3_4_A304AboutSomethingElse_IsAskedAgainWithoutConditions() =>
        Conversation.Standard(
            Stored
                + """
                @9 client: GET /a
                   proxy:  GET /a | If-None-Match: "1"
                   origin: 304 | ETag: "2"
                   proxy:  GET /a | !If-None-Match | !If-Modified-Since
                   origin: 200 other | ETag: "2" | Cache-Control: max-age=5
                   client: 200 other | CF-Cache-Status: EXPIRED
                """
        );

    [Fact]
    public void Section4_3_3_ANewAnswer_IsJudgedByTheVisitorsOwnCondition() =>
        Conversation.Standard(
            Stored
                + """
                @9 client: GET /a | If-None-Match: "2"
                   proxy:  GET /a | If-None-Match: "1"
                   origin: 200 other | ETag: "2" | Cache-Control: max-age=5
                   client: 304
                @10 client: GET /a
                   client: 200 other
                """
        );

    [Fact]
    public void Section4_3_4_A304ThatForbidsStoring_IsServedOnceAndThenGone() =>
        Conversation.Standard(
            Stored
                + """
                @9 client: GET /a
                   proxy:  GET /a
                   origin: 304 | Cache-Control: no-store
                   client: 200 hello
                   client: GET /a
                   proxy:  GET /a | !If-None-Match
                   origin: 200 again
                   client: 200 again
                """
        );

    [Fact]
    public void Section4_3_AVisitorsCondition_IsForwardedWhenNothingIsStored() =>
        Conversation.Standard(
            """
            @0 client: GET /a | If-None-Match: "1"
               proxy:  GET /a | If-None-Match: "1"
               origin: 304 | ETag: "1" | Cache-Control: max-age=50
               client: 304 | ETag: "1"
               client: GET /a
               proxy:  GET /a
               origin: 200 hello
               client: 200 hello
            """
        );

    [Theory]
    [InlineData("If-None-Match: \"1\"", true)]
    [InlineData("If-None-Match: W/\"1\"", true)]
    [InlineData("If-None-Match: *", true)]
    [InlineData("If-None-Match: \"x\", \"1\"", true)]
    [InlineData("If-None-Match: \"x,y\",W/\"1\"", true)]
    [InlineData("If-None-Match: \"x\\\", \"1\"", true)]
    [InlineData("If-None-Match: \"x, \"1\"\"", false)]
    [InlineData("If-None-Match: \"2\"", false)]
    [InlineData("If-None-Match: 1", false)]
    [InlineData("If-Modified-Since: {-1000}", true)]
    [InlineData("If-Modified-Since: {0}", true)]
    [InlineData("If-Modified-Since: {-1001}", false)]
    [InlineData("If-Modified-Since: yesterday", false)]
    [InlineData("If-None-Match: \"2\" | If-Modified-Since: {0}", false)]
    [InlineData("If-None-Match: \"1\" | If-Modified-Since: {-5000}", true)]
    public void Rfc9110_13_1_AVisitorsCondition_IsEvaluatedAgainstAFreshResponse(string condition, bool notModified) =>
        Conversation.Standard(
            Stored
                + $"""
                @1 client: GET /a | {condition}
                   client: {(notModified ? "304 | ETag: \"1\" | !Content-Type | !Last-Modified | Age: 1" : "200 hello")}
                """
        );

    [Fact]
    public void Rfc9110_13_1_3_WithoutLastModified_DateIsCompared() =>
        Conversation.Standard(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=50 | Date: {-5}
               client: 200 hello
               client: GET /a | If-Modified-Since: {-5}
               client: 304
               client: GET /a | If-Modified-Since: {-6}
               client: 200 hello
            """
        );

    [Theory]
    [InlineData("If-Match: \"1\"")]
    [InlineData("If-Unmodified-Since: {0}")]
    public void Section4_3_2_ConditionsForTheOriginAlone_AreForwarded(string condition) =>
        Conversation.Standard(
            Stored
                + $"""
                @1 client: GET /a | {condition}
                   proxy:  GET /a | {condition}
                   origin: 412
                   client: 412 | Cache-Status: Holdfast; fwd=request; fwd-status=412; detail=no-freshness
                @2 client: GET /a
                   client: 200 hello
                """
        );

    [Theory]
    [InlineData("bytes=0-1", "206 he")]
    [InlineData("bytes=1-", "206 ello")]
    [InlineData("bytes=-2", "206 lo")]
    [InlineData("bytes=-99", "206 hello")]
    [InlineData("bytes=2-99999999999999999999999", "206 llo")]
    [InlineData("BYTES=4-4", "206 o")]
    [InlineData("bytes=5-", "416")]
    [InlineData("bytes=99999999999999999999999-", "416")]
    [InlineData("bytes=-0", "416")]
    [InlineData("bytes=3-1", "200 hello")]
    [InlineData("bytes=0-1,3-4", "206 hello")]
    [InlineData("bytes=a-b", "200 hello")]
    [InlineData("bytes=-", "200 hello")]
    [InlineData("items=0-1", "200 hello")]
    [InlineData("bytes=0-1 | If-Range: \"1\"", "206 he")]
    [InlineData("bytes=0-1 | If-Range: W/\"1\"", "200 hello")]
    [InlineData("bytes=0-1 | If-Range: \"2\"", "200 hello")]
    [InlineData("bytes=0-1 | If-Range: {-1000}", "206 he")]
    [InlineData("bytes=0-1 | If-Range: {-999}", "200 hello")]
    public void Rfc9110_14_2_ARange_IsCutFromTheStoredWhole(string range, string answer) =>
        Conversation.Standard(
            Stored
                + $"""
                @1 client: GET /a | Range: {range}
                   client: {answer}
                """
        );

    [Fact]
    public void Rfc9110_13_1_5_ADateThatIsNoStrongValidator_GetsTheWhole() =>
        Conversation.Standard(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 hello | Cache-Control: max-age=50 | Date: {0} | Last-Modified: {-30}
               client: 200 hello
               client: GET /a | Range: bytes=0-1 | If-Range: {-30}
               client: 200 hello
            """
        );

    [Fact]
    public void Section4_3_5_AHeadThatAgrees_FreshensTheStoredGet() =>
        Conversation.Standard(
            Stored
                + """
                @9 client: HEAD /a
                   proxy:  HEAD /a
                   origin: 200 | ETag: "1" | Content-Length: 5 | Cache-Control: max-age=100 | X-Own: new
                   client: 200
                @20 client: GET /a
                   client: 200 hello | X-Own: new | Age: 11
                """
        );

    [Theory]
    [InlineData("ETag: \"2\"")]
    [InlineData("Content-Length: 6")]
    [InlineData("Last-Modified: {-5}")]
    public void Section4_3_5_AHeadThatDisagrees_InvalidatesTheStoredGet(string field) =>
        Conversation.Standard(
            Stored
                + $"""
                @9 client: HEAD /a
                   proxy:  HEAD /a
                   origin: 200 | {field} | Cache-Control: max-age=100
                   client: 200
                   client: GET /a
                   proxy:  GET /a | !If-None-Match
                   origin: 200 other
                   client: 200 other
                """
        );

    [Theory]
    [InlineData("POST", "200", true)]
    [InlineData("PUT", "204", true)]
    [InlineData("DELETE", "303", true)]
    [InlineData("M-SEARCH", "200", true)]
    [InlineData("POST", "404", false)]
    [InlineData("POST", "500", false)]
    [InlineData("OPTIONS", "200", false)]
    public void Section4_4_AnUnsafeMethod_InvalidatesItsTarget(string method, string status, bool invalidates) =>
        Conversation.Standard(
            Stored
                + $"""
                @1 client: {method} /a
                   proxy:  {method} /a
                   origin: {status}
                   client: {status}
                   client: GET /a
                {(invalidates ? "proxy: GET /a\norigin: 200 other" : "")}
                   client: 200 {(invalidates ? "other" : "hello")}
                """
        );

    [Theory]
    [InlineData("Location: /a", true)]
    [InlineData("Content-Location: /a", true)]
    [InlineData("Location: a", true)]
    [InlineData("Location: http://example.com/a", true)]
    [InlineData("Location: http://EXAMPLE.com:80/a", true)]
    [InlineData("Location: http://example.net/a", false)]
    [InlineData("Content-Location: //example.net/a", false)]
    [InlineData("Location: /b", false)]
    public void Section4_4_LocationAndContentLocation_AreInvalidatedOnTheSameOriginOnly(string field, bool invalidates) =>
        Conversation.Standard(
            Stored
                + $"""
                @1 client: POST /form
                   proxy:  POST /form
                   origin: 201 | {field}
                   client: 201
                   client: GET /a
                {(invalidates ? "proxy: GET /a\norigin: 200 other" : "")}
                   client: 200 {(invalidates ? "other" : "hello")}
                """
        );
}
