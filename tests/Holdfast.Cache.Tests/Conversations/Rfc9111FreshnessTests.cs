namespace Holdfast.Cache.Tests.Conversations;

/// <summary>RFC 9111 sections 4.2 and 5.2.2: how long a response is fresh. A response that is reused after N seconds was fresh then.</summary>
public class Rfc9111FreshnessTests
{
    [Theory]
    [InlineData(true, "Cache-Control: max-age=10")]
    [InlineData(true, "Cache-Control: MaX-aGe=10")]
    [InlineData(true, "Cache-Control: max-age=\"10\"")]
    [InlineData(true, "Cache-Control: max-age=010")]
    [InlineData(true, "Cache-Control: max-age=2147483648")]
    [InlineData(true, "Cache-Control: max-age=99999999999999999999999")]
    [InlineData(true, "Cache-Control: foo, max-age=10")]
    [InlineData(true, "Cache-Control: foo=\"no-store, x\", max-age=10")]
    [InlineData(true, "Cache-Control: foo=\"a\\\", no-store, \", max-age=10")]
    [InlineData(true, "Cache-Control: ,, max-age=10 ,")]
    [InlineData(true, "Cache-Control: foo, bar", "Cache-Control: max-age=10")]
    [InlineData(true, "Cache-Control: max-age=10, max-age=1")]
    [InlineData(false, "Cache-Control: max-age=1, max-age=10")]
    [InlineData(false, "Cache-Control: max-age=1", "Cache-Control: max-age=10")]
    [InlineData(true, "Cache-Control: s-maxage=10, max-age=1")]
    [InlineData(false, "Cache-Control: s-maxage=1, max-age=10")]
    [InlineData(true, "Cache-Control: max-age=10", "Expires: {1}")]
    [InlineData(false, "Cache-Control: max-age=1", "Expires: {10}")]
    [InlineData(true, "Expires: {10}")]
    [InlineData(false, "Expires: {1}")]
    [InlineData(true, "Date: {0}", "Expires: {10}")]
    [InlineData(true, "Date: {-60}", "Expires: {10}")]
    [InlineData(false, "Date: {-60}", "Expires: {1}")]
    [InlineData(true, "Cache-Control: max-age=10", "Pragma: no-cache")]
    [InlineData(false, "X: y")]
    public void Section4_2_1_Lifetime_ComesFromTheFirstThatStatesIt(bool reused, params string[] fields) =>
        Assert.Equal(reused, Conversation.IsReusedAfter(5, 200, fields));

    [Theory]
    [InlineData("Cache-Control: max-age=-10")]
    [InlineData("Cache-Control: max-age=10.5")]
    [InlineData("Cache-Control: max-age=")]
    [InlineData("Cache-Control: max-age")]
    [InlineData("Cache-Control: max-age =10")]
    [InlineData("Cache-Control: max-age= 10")]
    [InlineData("Cache-Control: max-age='10'")]
    [InlineData("Cache-Control: max-age=10 s")]
    [InlineData("Cache-Control: max-age=10;x")]
    [InlineData("Cache-Control: max-age=\"10")]
    [InlineData("Cache-Control: max-age=\"10\"x")]
    [InlineData("Cache-Control: max-age=10, foo=\"bar")]
    [InlineData("Cache-Control: s-maxage=x, max-age=10")]
    public void Section4_2_1_AnInvalidLifetime_IsStaleAndDoesNotFallBackToExpires(string control) =>
        Assert.False(Conversation.IsReusedAfter(5, 200, control, "Expires: {100}"));

    [Theory]
    [InlineData("Expires: 0")]
    [InlineData("Expires: -1")]
    [InlineData("Expires: never")]
    [InlineData("Expires: Thu, 18 Aug 2050 02:01:18")]
    [InlineData("Expires: Thu, 18 Aug 2050 2:01:18 GMT")]
    [InlineData("Expires: Thu, 18 Aug 2050 02:01:18 CET")]
    [InlineData("Expires: Thu, 18 Aug 2050 02:01:18 UTC")]
    [InlineData("Expires: Thursday, 18-Aug-50 02:01:18 UTC")]
    [InlineData("Expires: Thu, 18  Aug 2050 02:01:18 GMT")]
    [InlineData("Expires: Thu, 32 Aug 2050 02:01:18 GMT")]
    [InlineData("Expires: 18 Aug 2050 02:01:18 GMT")]
    public void Section5_3_AnInvalidExpires_IsExpired(string expires) =>
        Assert.False(Conversation.IsReusedAfter(5, 200, expires, "Last-Modified: {-100000}"));

    [Theory]
    [InlineData("Expires: Thu, 18 Aug 2050 02:01:18 GMT")]
    [InlineData("Expires: thu, 18 aug 2050 02:01:18 gmt")]
    [InlineData("Expires: Thursday, 18-Aug-50 02:01:18 GMT")]
    [InlineData("Expires: Thu Aug 18 02:01:18 2050")]
    [InlineData("Expires: Mon Aug  8 02:01:18 2050")]
    public void Section4_2_EveryFormOfADate_IsRead(string expires) => Assert.True(Conversation.IsReusedAfter(5, 200, expires));

    [Theory]
    [InlineData(false, "Expires: {10}", "Expires: {20}")]
    [InlineData(true, "Expires: {10}", "Expires: {10}")]
    public void Section4_2_1_SeveralExpires_CountOnlyWhenTheyAgree(bool reused, params string[] fields) =>
        Assert.Equal(reused, Conversation.IsReusedAfter(5, 200, fields));

    [Theory]
    [InlineData(50, true)]
    [InlineData(150, false)]
    public void Section4_2_2_AGuess_IsATenthOfTheTimeSinceTheLastChange(int seconds, bool reused) =>
        Assert.Equal(reused, Conversation.IsReusedAfter(seconds, 200, "Date: {0}", "Last-Modified: {-1000}"));

    [Theory]
    [InlineData(80_000, true)]
    [InlineData(90_000, false)]
    public void Section4_2_2_AGuess_IsADayAtMost(int seconds, bool reused) =>
        Assert.Equal(reused, Conversation.IsReusedAfter(seconds, 200, "Date: {0}", "Last-Modified: {-100000000}"));

    [Theory]
    [InlineData(200, true)]
    [InlineData(203, true)]
    [InlineData(204, true)]
    [InlineData(300, true)]
    [InlineData(301, true)]
    [InlineData(308, true)]
    [InlineData(404, true)]
    [InlineData(405, true)]
    [InlineData(410, true)]
    [InlineData(414, true)]
    [InlineData(501, true)]
    [InlineData(201, false)]
    [InlineData(302, false)]
    [InlineData(403, false)]
    [InlineData(500, false)]
    [InlineData(299, false)]
    public void Section4_2_2_AGuess_IsMadeForTheseStatuses(int status, bool reused)
    {
        Assert.Equal(reused, Conversation.IsReusedAfter(50, status, "Last-Modified: {-100000}"));
        Assert.True(Conversation.IsReusedAfter(50, status, "Last-Modified: {-100000}", "Cache-Control: public"));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(299)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(403)]
    [InlineData(499)]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(598)]
    public void Section3_AnyFinalStatus_IsStoredWhenItsFreshnessIsStated(int status) =>
        Assert.True(Conversation.IsReusedAfter(5, status, "Cache-Control: max-age=10"));

    [Theory]
    [InlineData(428)]
    [InlineData(429)]
    [InlineData(431)]
    [InlineData(511)]
    public void Rfc6585_StatusesThatForbidIt_AreNeverStored(int status) =>
        Assert.False(Conversation.IsReusedAfter(5, status, "Cache-Control: max-age=10"));

    [Theory]
    [InlineData(false, 200, "Cache-Control: no-store, max-age=10")]
    [InlineData(false, 200, "Cache-Control: No-StoRe, max-age=10")]
    [InlineData(false, 200, "Cache-Control: max-age=10", "Cache-Control: no-store")]
    [InlineData(false, 200, "Cache-Control: private, max-age=10")]
    [InlineData(false, 200, "Cache-Control: private=, max-age=10")]
    [InlineData(true, 200, "Cache-Control: private=\"x-secret\", max-age=10")]
    [InlineData(false, 200, "Cache-Control: no-cache, max-age=10")]
    [InlineData(true, 200, "Cache-Control: no-cache=\"x-secret\", max-age=10")]
    [InlineData(true, 200, "Cache-Control: no-store, must-understand, max-age=10")]
    [InlineData(false, 299, "Cache-Control: must-understand, max-age=10")]
    [InlineData(true, 404, "Cache-Control: must-understand, max-age=10")]
    [InlineData(false, 200, "Cache-Control: max-age=10", "Vary: *")]
    [InlineData(false, 200, "Cache-Control: max-age=10", "Vary: Accept, *")]
    [InlineData(true, 200, "Cache-Control: max-age=10", "Set-Cookie: a=b")]
    [InlineData(false, 200, "Last-Modified: {-100000}", "Set-Cookie: a=b")]
    public void Section5_2_2_Directives_DecideWhatIsStored(bool reused, int status, params string[] fields) =>
        Assert.Equal(reused, Conversation.IsReusedAfter(5, status, fields));

    [Theory]
    [InlineData(true, "Age: 5")]
    [InlineData(false, "Age: 6")]
    [InlineData(false, "Age: 10, 1")]
    [InlineData(true, "Age: 1, 10")]
    [InlineData(true, "Age: -10")]
    [InlineData(true, "Age: 10.5")]
    [InlineData(true, "Age: ten")]
    [InlineData(false, "Age: 2147483648")]
    [InlineData(false, "Age: 99999999999999999999")]
    [InlineData(true, "Date: {0}")]
    [InlineData(false, "Date: {-6}")]
    [InlineData(true, "Date: never")]
    [InlineData(true, "Date: {1000}")]
    public void Section4_2_3_AgeAndDate_CountAgainstTheLifetime(bool reused, string field) =>
        Assert.Equal(reused, Conversation.IsReusedAfter(4, 200, "Cache-Control: max-age=10", field));
}
