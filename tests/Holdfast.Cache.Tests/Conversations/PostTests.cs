using Holdfast.Cache.Policy;
using Holdfast.Model.Zones;

namespace Holdfast.Cache.Tests.Conversations;

/// <summary>Answers to POST, where a rule says that answers may be cached (RFC 9110 section 9.3.3).</summary>
public sealed class PostTests
{
    private static readonly CachePolicy Ruled = new() { Profile = CacheProfile.Standard, Eligible = true };

    [Theory]
    [InlineData("/a")]
    [InlineData("http://example.com/a")]
    [InlineData("a")]
    public void Section9_3_3_WithALifetimeAndTheTarget_ItAnswersAGet_AndNoPost(string location) =>
        Conversation.Play(
            $"""
            @0 client: POST /a
               proxy:  POST /a
               origin: 200 one | Cache-Control: max-age=50 | Content-Location: {location}
               client: 200 one | CF-Cache-Status: MISS | Cache-Status: Holdfast; fwd=method; fwd-status=200; stored
            @9 client: GET /a
               client: 200 one | CF-Cache-Status: HIT | Age: 9
               client: HEAD /a
               client: 200 | CF-Cache-Status: HIT
               client: POST /a
               proxy:  POST /a
               origin: 200 two | Cache-Control: no-store
               client: 200 two
               client: GET /a
               proxy:  GET /a
               origin: 200 three
               client: 200 three
            """,
            Ruled
        );

    [Theory]
    [InlineData("200 | Cache-Control: max-age=50")]
    [InlineData("200 | Cache-Control: max-age=50 | Content-Location: /b")]
    [InlineData("200 | Cache-Control: max-age=50 | Content-Location: /a?b")]
    [InlineData("200 | Cache-Control: max-age=50 | Content-Location: https://example.com/a")]
    [InlineData("200 | Cache-Control: max-age=50 | Content-Location: http://example.org/a")]
    [InlineData("200 | Cache-Control: max-age=50 | Content-Location: /a | Content-Location: /a")]
    [InlineData("200 | Content-Location: /a | Last-Modified: {-9000}")]
    [InlineData("200 | Cache-Control: max-age=0 | Content-Location: /a | ETag: \"1\"")]
    [InlineData("200 | Cache-Control: max-age=50, private | Content-Location: /a")]
    [InlineData("200 | Cache-Control: max-age=50, no-store | Content-Location: /a")]
    [InlineData("200 | Cache-Control: max-age=50 | Content-Location: /a | Vary: *")]
    [InlineData("200 | Cache-Control: max-age=50 | Content-Location: /a | Set-Cookie: a=b")]
    [InlineData("201 | Cache-Control: max-age=50 | Content-Location: /a")]
    [InlineData("404 | Cache-Control: max-age=50 | Content-Location: /a")]
    public void Section9_3_3_WithoutAllOfThat_ItIsNotStored(string answer) =>
        Conversation.Play(
            $"""
            @0 client: POST /a
               proxy:  POST /a
               origin: {answer}
               client: {answer[..3]} | CF-Cache-Status: DYNAMIC | Cache-Status: Holdfast; fwd=method; fwd-status={answer[
                ..3
            ]}; detail=method
               client: GET /a
               proxy:  GET /a
               origin: 200 got
               client: 200 got
            """,
            Ruled
        );

    [Theory]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("QUERY")]
    public void Section9_3_OtherMethods_AreNotStored(string method) =>
        Conversation.Play(
            $"""
            @0 client: {method} /a
               proxy:  {method} /a
               origin: 200 one | Cache-Control: max-age=50 | Content-Location: /a
               client: 200 one | CF-Cache-Status: DYNAMIC
               client: GET /a
               proxy:  GET /a
               origin: 200 got
               client: 200 got
            """,
            Ruled
        );

    [Fact]
    public void Section4_1_WhatThePostSelected_MustMatchTheGet() =>
        Conversation.Play(
            """
            @0 client: POST /a | Accept-Language: de
               proxy:  POST /a
               origin: 200 deutsch | Cache-Control: max-age=50 | Content-Location: /a | Vary: Accept-Language
               client: 200 deutsch
               client: GET /a | Accept-Language: fr
               proxy:  GET /a
               origin: 200 francais | Cache-Control: max-age=50 | Vary: Accept-Language
               client: 200 francais
               client: GET /a | Accept-Language: de
               client: 200 deutsch | CF-Cache-Status: HIT
            """,
            Ruled
        );

    [Fact]
    public void Section3_5_WithAuthorization_ItIsStoredWhereTheAnswerAllowsIt() =>
        Conversation.Play(
            """
            @0 client: POST /a | Authorization: Basic QQ==
               proxy:  POST /a
               origin: 200 mine | Cache-Control: max-age=50 | Content-Location: /a
               client: 200 mine | CF-Cache-Status: DYNAMIC
               client: POST /b | Authorization: Basic QQ==
               proxy:  POST /b
               origin: 200 ours | Cache-Control: public, max-age=50 | Content-Location: /b
               client: 200 ours | CF-Cache-Status: MISS
               client: GET /b
               client: 200 ours | CF-Cache-Status: HIT
               client: GET /a
               proxy:  GET /a
               origin: 200 got
               client: 200 got
            """,
            Ruled
        );
}
