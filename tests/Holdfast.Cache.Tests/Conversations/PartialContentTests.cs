using Holdfast.Cache.Policy;
using Holdfast.Model.Zones;

namespace Holdfast.Cache.Tests.Conversations;

/// <summary>RFC 9111 sections 3.3 and 3.4, and RFC 9110 sections 14 and 15.3.7: parts stored, put together and served.</summary>
public class PartialContentTests
{
    private const string Middle = """
        @0 client: GET /a | Range: bytes=4-7
           proxy:  GET /a | Range: bytes=4-7
           origin: 206 4567 | Cache-Control: max-age=50 | Content-Range: bytes 4-7/10 | ETag: "1" | X-Own: first | X-First: 1
           client: 206 4567 | Content-Range: bytes 4-7/10 | CF-Cache-Status: MISS | Cache-Status: Holdfast; fwd=uri-miss; fwd-status=206; stored

        """;

    [Theory]
    [InlineData("bytes=4-7", "206 4567 | Content-Range: bytes 4-7/10")]
    [InlineData("bytes=5-6", "206 56 | Content-Range: bytes 5-6/10")]
    [InlineData("bytes=6-6,7-7", "206 67 | Content-Range: bytes 6-7/10")]
    [InlineData("bytes=10-", "416")]
    [InlineData("bytes=5-6 | If-Range: \"1\"", "206 56")]
    [InlineData("bytes=0-3 | If-None-Match: \"1\"", "304 | ETag: \"1\"")]
    public void Section3_3_WhatAPartCovers_IsServedFromIt(string range, string answer) =>
        Conversation.Standard(
            Middle
                + $"""
                @1 client: GET /a | Range: {range}
                   client: {answer} | CF-Cache-Status: HIT
                """
        );

    [Fact]
    public void Section3_3_HeadOfAPart_SpeaksOfTheWhole() =>
        Conversation.Standard(
            Middle
                + """
                @1 client: HEAD /a
                   client: 200 | ETag: "1" | CF-Cache-Status: HIT | !Content-Range
                """
        );

    [Theory]
    [InlineData("X-Own: 1")]
    [InlineData("Range: bytes=3-4")]
    [InlineData("Range: bytes=7-")]
    [InlineData("Range: bytes=-3")]
    [InlineData("Range: bytes=5-6 | If-Range: \"2\"")]
    [InlineData("Range: pages=1-2")]
    public void Section3_3_WhatAPartDoesNotCover_IsAskedAsTheVisitorAsks(string fields) =>
        Conversation.Standard(
            Middle
                + $"""
                @1 client: GET /a | {fields}
                   proxy:  GET /a | {fields} | !If-None-Match
                   origin: 200 0123456789 | Cache-Control: max-age=50 | ETag: "1"
                   client: 200 0123456789 | CF-Cache-Status: MISS | Cache-Status: Holdfast; fwd=partial; fwd-status=200; stored
                   client: GET /a | Range: bytes=0-1
                   client: 206 01 | CF-Cache-Status: HIT
                """
        );

    [Fact]
    public void Section3_4_PartsWithOneStrongTag_AreServedTogetherWithTheNewestFields() =>
        Conversation.Standard(
            Middle
                + """
                @40 client: GET /a | Range: bytes=6-8
                   proxy:  GET /a | Range: bytes=6-8
                   origin: 206 678 | Cache-Control: max-age=50 | Content-Range: bytes 6-8/10 | ETag: "1" | X-Own: second
                   client: 206 678 | Cache-Status: Holdfast; fwd=partial; fwd-status=206; stored
                @80 client: GET /a | Range: bytes=4-8
                   client: 206 45678 | CF-Cache-Status: HIT | X-Own: second | X-First: 1 | Age: 40
                """
        );

    [Fact]
    public void Section3_4_ACompleteSet_IsAWhole() =>
        Conversation.Standard(
            Middle
                + """
                @1 client: GET /a | Range: bytes=6-
                   proxy:  GET /a
                   origin: 206 6789 | Cache-Control: max-age=50 | Content-Range: bytes 6-9/10 | ETag: "1"
                   client: 206 6789
                   client: GET /a | Range: bytes=0-4
                   proxy:  GET /a
                   origin: 206 01234 | Cache-Control: max-age=50 | Content-Range: bytes 0-4/10 | ETag: "1"
                   client: 206 01234
                   client: GET /a
                   client: 200 0123456789 | CF-Cache-Status: HIT | !Content-Range
                """
        );

    [Theory]
    [InlineData("ETag: \"1\"", "ETag: \"2\"", 10)]
    [InlineData("ETag: W/\"1\"", "ETag: W/\"1\"", 10)]
    [InlineData("X: 1", "X: 1", 10)]
    [InlineData("ETag: \"1\"", "ETag: \"1\"", 11)]
    [InlineData("Last-Modified: {-10}", "Last-Modified: {-10}", 10)]
    [InlineData("Last-Modified: {-1000}", "Last-Modified: {-999}", 10)]
    public void Section3_4_WithoutOneStrongValidator_TheNewPartTakesTheOldOnesPlace(string first, string second, int complete) =>
        Conversation.Standard(
            $"""
            @0 client: GET /a | Range: bytes=0-1
               proxy:  GET /a
               origin: 206 01 | Cache-Control: max-age=50 | Content-Range: bytes 0-1/10 | {first}
               client: 206 01
               client: GET /a | Range: bytes=0-1
               client: 206 01 | CF-Cache-Status: HIT
               client: GET /a | Range: bytes=2-3
               proxy:  GET /a
               origin: 206 23 | Cache-Control: max-age=50 | Content-Range: bytes 2-3/{complete} | {second}
               client: 206 23
               client: GET /a | Range: bytes=2-3
               client: 206 23 | CF-Cache-Status: HIT
               client: GET /a | Range: bytes=0-1
               proxy:  GET /a
               origin: 206 01 | Content-Range: bytes 0-1/10
               client: 206 01
            """
        );

    [Fact]
    public void Section3_4_AStrongDate_JoinsPartsToo() =>
        Conversation.Standard(
            """
            @0 client: GET /a | Range: bytes=0-1
               proxy:  GET /a
               origin: 206 01 | Cache-Control: max-age=50 | Content-Range: bytes 0-1/4 | Last-Modified: {-1000}
               client: 206 01
               client: GET /a | Range: bytes=2-3
               proxy:  GET /a
               origin: 206 23 | Cache-Control: max-age=50 | Content-Range: bytes 2-3/4 | Last-Modified: {-1000}
               client: 206 23
               client: GET /a
               client: 200 0123 | CF-Cache-Status: HIT
            """
        );

    [Fact]
    public void Section3_3_ABodyBrokenOff_IsTheBeginningOfAWholeThatComesLater() =>
        Conversation.Standard(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 01234 | Cache-Control: max-age=50 | Content-Length: 10 | ETag: "1"
               client: 200 01234
               client: GET /a | Range: bytes=1-3
               client: 206 123 | CF-Cache-Status: HIT
               client: GET /a | Range: bytes=5-
               proxy:  GET /a
               origin: 206 56789 | Cache-Control: max-age=50 | Content-Range: bytes 5-9/10 | ETag: "1"
               client: 206 56789
               client: GET /a
               client: 200 0123456789 | CF-Cache-Status: HIT
            """
        );

    [Fact]
    public void Section3_3_ABrokenOffPart_IsAShorterPart() =>
        Conversation.Standard(
            """
            @0 client: GET /a | Range: bytes=4-7
               proxy:  GET /a
               origin: 206 45 | Cache-Control: max-age=50 | Content-Length: 4 | Content-Range: bytes 4-7/10 | ETag: "1"
               client: 206 45
               client: GET /a | Range: bytes=4-5
               client: 206 45 | CF-Cache-Status: HIT
               client: GET /a | Range: bytes=4-6
               proxy:  GET /a
               origin: 206 456 | Content-Range: bytes 4-6/10 | ETag: "1"
               client: 206 456
            """
        );

    [Theory]
    [InlineData("ETag: W/\"1\"")]
    [InlineData("X: 1")]
    public void Section3_3_ABodyBrokenOffWithoutAStrongValidator_LeavesNothing(string validator) =>
        Conversation.Standard(
            $"""
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 01234 | Cache-Control: max-age=50 | Content-Length: 10 | {validator}
               client: 200 01234
               client: GET /a | Range: bytes=1-3
               proxy:  GET /a
               origin: 206 123 | Cache-Control: no-store
               client: 206 123 | Cache-Status: Holdfast; fwd=uri-miss; fwd-status=206; detail=partial-content
            """
        );

    [Fact]
    public void Section3_3_ABodyBrokenOff_DoesNotDisplaceTheStaleWhole() =>
        Conversation.Standard(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 old | Cache-Control: max-age=5 | ETag: "1"
               client: 200 old
            @9 client: GET /a
               proxy:  GET /a
               origin: 200 ne | Cache-Control: max-age=5 | Content-Length: 3 | ETag: "2"
               client: 200 ne
               client: GET /a
               proxy:  GET /a | If-None-Match: "1"
               origin: closes
               client: 200 old | CF-Cache-Status: STALE
            """
        );

    [Theory]
    [InlineData("Content-Range: bytes 0-1/*")]
    [InlineData("Content-Range: bytes 1-0/5")]
    [InlineData("Content-Range: bytes 0-5/5")]
    [InlineData("Content-Range: bytes 0-2/5")]
    [InlineData("Content-Range: pages 0-1/5")]
    [InlineData("Content-Range: bytes 0-1")]
    [InlineData("Content-Range: bytes a-1/5")]
    [InlineData("Content-Type: multipart/byteranges; boundary=x")]
    public void Section14_4_APartWithoutAUsablePlace_IsPassedOnAndNotStored(string field) =>
        Conversation.Standard(
            $"""
            @0 client: GET /a | Range: bytes=0-1
               proxy:  GET /a
               origin: 206 he | Cache-Control: max-age=50 | {field}
               client: 206 he | Cache-Status: Holdfast; fwd=uri-miss; fwd-status=206; detail=partial-content
               client: GET /a | Range: bytes=0-1
               proxy:  GET /a
               origin: 206 he
               client: 206 he
            """
        );

    [Fact]
    public void Section15_3_7_A206ThatNobodyAskedFor_IsNotStored() =>
        Conversation.Standard(
            """
            @0 client: GET /a
               proxy:  GET /a
               origin: 206 he | Cache-Control: max-age=50 | Content-Range: bytes 0-1/5
               client: 206 he | Cache-Status: Holdfast; fwd=uri-miss; fwd-status=206; detail=partial-content
            """
        );

    [Theory]
    [InlineData("no-store")]
    [InlineData("private")]
    public void Section3_APart_IsStoredByTheSameRulesAsAWhole(string directive) =>
        Conversation.Standard(
            $"""
            @0 client: GET /a | Range: bytes=0-1
               proxy:  GET /a
               origin: 206 he | Cache-Control: {directive} | Content-Range: bytes 0-1/5
               client: 206 he | Cache-Status: Holdfast; fwd=uri-miss; fwd-status=206; detail={directive}
            """
        );

    [Fact]
    public void Section4_3_AStalePart_IsRevalidated() =>
        Conversation.Standard(
            Middle
                + """
                @60 client: GET /a | Range: bytes=4-5
                   proxy:  GET /a | If-None-Match: "1" | !Range
                   origin: 304 | ETag: "1" | Cache-Control: max-age=50
                   client: 206 45 | CF-Cache-Status: REVALIDATED
                @70 client: GET /a | Range: bytes=6-7
                   client: 206 67 | CF-Cache-Status: HIT
                """
        );

    [Fact]
    public void Section4_2_4_AStalePart_IsServedWhenTheOriginIsGone() =>
        Conversation.Standard(
            Middle
                + """
                @60 client: GET /a | Range: bytes=4-5
                   proxy:  GET /a
                   origin: closes
                   client: 206 45 | CF-Cache-Status: STALE
                """
        );

    [Fact]
    public void Section3_4_A304ThatMakesIfRangeFail_IsAskedAgain() =>
        Conversation.Standard(
            """
            @0 client: GET /a | Range: bytes=0-1
               proxy:  GET /a
               origin: 206 01 | Cache-Control: max-age=5 | Content-Range: bytes 0-1/4 | Last-Modified: {-1000}
               client: 206 01
            @9 client: GET /a | Range: bytes=0-1 | If-Range: {-1000}
               proxy:  GET /a | If-Modified-Since: {-1000}
               origin: 304 | ETag: "1" | Cache-Control: max-age=5
               proxy:  GET /a | !If-None-Match | !Range
               origin: 200 0123 | Cache-Control: max-age=5
               client: 200 0123
            """
        );

    [Fact]
    public void Section4_AVaryingPart_IsSelectedLikeAWhole() =>
        Conversation.Standard(
            """
            @0 client: GET /a | Range: bytes=0-1 | X: 1
               proxy:  GET /a
               origin: 206 01 | Cache-Control: max-age=50 | Content-Range: bytes 0-1/4 | ETag: "1" | Vary: X
               client: 206 01
               client: GET /a | Range: bytes=0-1 | X: 2
               proxy:  GET /a
               origin: 206 ab | Cache-Control: max-age=50 | Content-Range: bytes 0-1/4 | ETag: "2" | Vary: X
               client: 206 ab
               client: GET /a | Range: bytes=0-1 | X: 1
               client: 206 01 | CF-Cache-Status: HIT
            """
        );

    [Fact]
    public void Section5_2_1_7_OnlyIfCached_GetsWhatThePartCovers() =>
        Conversation.Play(
            Middle
                + """
                @1 client: GET /a | Range: bytes=4-5 | Cache-Control: only-if-cached
                   client: 206 45
                   client: GET /a | Range: bytes=0-5 | Cache-Control: only-if-cached
                   client: 504
                """,
            new CachePolicy { Profile = CacheProfile.Standard }
        );

    [Fact]
    public void Section14_6_SeveralRanges_ComeAsParts()
    {
        var whole = string.Concat(Enumerable.Range(0, 100).Select(i => $"{i:D10}"));
        Conversation.Standard(
            $"""
            @0 client: GET /a
               proxy:  GET /a
               origin: 200 {whole} | Cache-Control: max-age=50 | ETag: "1" | Content-Type: text/plain
               client: 200
               client: GET /a | Range: bytes=500-503,0-1,2000-,-4
               client: 206 {whole[500..504]}|{whole[..2]}|{whole[^4..]} | CF-Cache-Status: HIT | !Content-Type
               client: GET /a | Range: bytes=400-409,0-9,300-399
               client: 206 {whole[300..410]}|{whole[..10]}
               client: GET /a | Range: bytes=2000-,3000-
               client: 416
               client: GET /a | Range: {"bytes=" + string.Join(',', Enumerable.Range(0, 17).Select(i => $"{i * 50}-{i * 50}"))}
               client: 200 {whole}
               client: GET /a | Range: bytes=0-1,300-x
               client: 200 {whole}
               client: GET /a | Range: bytes=0-1,300-301 | If-Range: "2"
               client: 200 {whole}
               client: HEAD /a | Range: bytes=0-1,300-301
               client: 200
            """
        );
    }

    [Theory]
    [InlineData(
        "200 0123456789 | Cache-Control: no-store",
        "200 0123456789 | Cache-Status: Holdfast; fwd=stale; fwd-status=200; detail=no-store"
    )]
    [InlineData("200 0123456789 | Cache-Control: max-age=50", "200 0123456789 | Cache-Status: Holdfast; fwd=stale; fwd-status=200; stored")]
    [InlineData("503 failed", "503 failed | !Age")]
    [InlineData("closes", "502")]
    public void Section4_3_4_APartThatIsTooLittleOnceConfirmed_IsNoAnswer(string origin, string client) =>
        Conversation.Standard(
            $$"""
            @0 client: GET /a | Range: bytes=4-7
               proxy:  GET /a | Range: bytes=4-7
               origin: 206 4567 | Date: {0} | Cache-Control: max-age=5, stale-if-error=100 | Content-Range: bytes 4-7/10 | ETag: "1"
               client: 206 4567
            @9 client: GET /a | If-Modified-Since: {5}
               proxy:  GET /a | If-None-Match: "1" | !If-Modified-Since
               origin: 304 | Date: {9} | ETag: "1"
               proxy:  GET /a | !If-None-Match | !If-Modified-Since
               origin: {{origin}}
               client: {{client}}
            """
        );

    [Fact]
    public void Section8_4_ACodedResponseWithoutVary_IsNotGivenToWhoCannotReadIt() =>
        Conversation.Standard(
            """
            @0 client: GET /a | Accept-Encoding: gzip
               proxy:  GET /a
               origin: 200 coded | Cache-Control: max-age=50 | Content-Encoding: gzip
               client: 200 coded
               client: GET /a | Accept-Encoding: gzip
               client: 200 coded | CF-Cache-Status: HIT
               client: GET /a
               proxy:  GET /a
               origin: 200 plain | Cache-Control: max-age=50
               client: 200 plain
            """
        );
}
