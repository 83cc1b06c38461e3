using System.Collections.Frozen;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Tests.Parsing;

public class RuleParserTests
{
    private static readonly RuleScope Anywhere = new(ExpressionPlace.AnyFilter);

    public static TheoryData<string> Accepted => [.. AcceptedExpressions.All.Select(entry => entry.Written)];

    public static TheoryData<string> Refused => [.. RefusedExpressions.All.Select(entry => entry.Written)];

    [Theory]
    [MemberData(nameof(Accepted))]
    public void ReadFilter_WhatPeopleWrite_HasTheCanonicalText(string written)
    {
        var expected = AcceptedExpressions.All.Single(entry => entry.Written == written).Canonical ?? written;
        var reading = RuleParser.ReadFilter(written, Anywhere);
        Assert.Empty(reading.Errors);
        Assert.Equal(expected, CanonicalText.Of(reading.Tree!));

        var again = RuleParser.ReadFilter(expected, Anywhere);
        Assert.Equal(reading.Tree, again.Tree);
        Assert.Equal(expected, CanonicalText.Of(again.Tree!));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void ReadFilter_WhatIsWrong_IsRefusedWithThePlace(string written)
    {
        var (_, line, column, message) = RefusedExpressions.All.Single(entry => entry.Written == written);
        var reading = RuleParser.ReadFilter(written, Anywhere);
        Assert.Null(reading.Tree);
        var error = Assert.Single(reading.Errors);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal((line, column), (error.Line, error.Column));
    }

    [Fact]
    public void Tables_AreLongAndHaveNoDoubles()
    {
        Assert.True(AcceptedExpressions.All.Length + RefusedExpressions.All.Length > 250);
        Assert.Equal(AcceptedExpressions.All.Length, AcceptedExpressions.All.Select(entry => entry.Written).Distinct().Count());
        Assert.Equal(RefusedExpressions.All.Length, RefusedExpressions.All.Select(entry => entry.Written).Distinct().Count());
    }

    [Fact]
    public void ReadFilter_AtTheLongest_IsRead()
    {
        var start = "http.host eq \"";
        var longest = start + new string('é', RuleLimits.ExpressionCharacters - start.Length - 1) + "\"";
        Assert.Empty(RuleParser.ReadFilter(longest, Anywhere).Errors);
        var error = Assert.Single(RuleParser.ReadFilter(longest + " ", Anywhere).Errors);
        Assert.Contains("at most 4096 characters", error.Message, StringComparison.Ordinal);
        Assert.Equal(4097, error.Column);
    }

    [Fact]
    public void ReadFilter_HalfACharacter_IsRefused() =>
        Assert.Contains("half a character", Assert.Single(RuleParser.ReadFilter("http.host eq \"\ud800\"", Anywhere).Errors).Message);

    [Theory]
    [InlineData("(", ")")]
    [InlineData("not ", "")]
    [InlineData("!", "")]
    [InlineData("!(", ")")]
    public void ReadFilter_NestedTooDeep_IsRefusedAndNothingElseHappens(string open, string close)
    {
        var deepest = RuleLimits.Nesting / (open == "!(" ? 2 : 1);
        Assert.Empty(RuleParser.ReadFilter(Nested(deepest), Anywhere).Errors);
        var error = Assert.Single(RuleParser.ReadFilter(Nested(deepest + 1), Anywhere).Errors);
        Assert.Contains("nested more than 100 deep", error.Message, StringComparison.Ordinal);
        Assert.Single(RuleParser.ReadFilter(string.Concat(Enumerable.Repeat(open, 4000 / open.Length)), Anywhere).Errors);

        string Nested(int depth) => string.Concat(Enumerable.Repeat(open, depth)) + "ssl" + string.Concat(Enumerable.Repeat(close, depth));
    }

    [Fact]
    public void ReadFilter_CallsNestedTooDeep_AreRefused()
    {
        Assert.Empty(RuleParser.ReadFilter(Nested(100), Anywhere).Errors);
        Assert.Contains("nested", Assert.Single(RuleParser.ReadFilter(Nested(101), Anywhere).Errors).Message);

        static string Nested(int depth) =>
            string.Concat(Enumerable.Repeat("lower(", depth)) + "http.host" + new string(')', depth) + " eq \"a\"";
    }

    [Fact]
    public void ReadFilter_RegexNestedTooDeep_IsRefused()
    {
        var regex = new string('(', 1500) + new string(')', 1500);
        Assert.Contains("deep", Assert.Single(RuleParser.ReadFilter($"http.host matches \"{regex}\"", Anywhere).Errors).Message);
        var classes = new string('[', 1500) + "a" + new string(']', 1500);
        Assert.Contains("deep", Assert.Single(RuleParser.ReadFilter($"http.host matches r\"{classes}\"", Anywhere).Errors).Message);
        var repeats = "a" + new string('*', 3000);
        Assert.Contains("repetition", Assert.Single(RuleParser.ReadFilter($"http.host matches \"{repeats}\"", Anywhere).Errors).Message);
    }

    [Fact]
    public void ReadFilter_RegularExpressionsTooLargeTogether_AreRefused()
    {
        var one = "http.host matches \"(a?){1400}b\"";
        Assert.Empty(RuleParser.ReadFilter(string.Join(" or ", Enumerable.Repeat(one, 4)), Anywhere).Errors);
        Assert.Contains(
            "too large together",
            Assert.Single(RuleParser.ReadFilter(string.Join(" or ", Enumerable.Repeat(one, 5)), Anywhere).Errors).Message
        );
    }

    [Theory]
    [InlineData("ip.src in $office", null)]
    [InlineData("http.host in $hosts", null)]
    [InlineData("ip.src in $ofice", "no list named ofice; did you mean office?")]
    [InlineData("http.host in $office", "has items of the type IP address; what is looked for is String")]
    public void ReadFilter_WithTheListsThatThereAre_ChecksNameAndType(string written, string? message)
    {
        var lists = new Dictionary<string, RuleType> { ["office"] = RuleType.Address, ["hosts"] = RuleType.String };
        var reading = RuleParser.ReadFilter(written, Anywhere with { Lists = lists.ToFrozenDictionary() });
        Assert.Equal(message is null ? 0 : 1, reading.Errors.Length);
        Assert.Contains(message ?? "", reading.Errors.FirstOrDefault()?.Message ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http.response.code eq 200", RulePhase.HttpRequestFirewallCustom, "about the response")]
    [InlineData("http.response.code eq 200", RulePhase.HttpResponseHeadersTransform, null)]
    [InlineData("http.response.code eq 200", RulePhase.HttpCustomErrors, null)]
    [InlineData("http.request.body.raw contains \"a\"", RulePhase.HttpRequestFirewallCustom, null)]
    [InlineData("http.request.body.raw contains \"a\"", RulePhase.HttpRatelimit, null)]
    [InlineData("http.request.body.raw contains \"a\"", RulePhase.HttpRequestTransform, "about the request's body")]
    [InlineData("cidr(ip.src, 24, 24) eq 192.0.2.0", RulePhase.HttpRequestFirewallCustom, null)]
    [InlineData(
        "cidr(ip.src, 24, 24) eq 192.0.2.0",
        RulePhase.HttpRequestTransform,
        "cannot be called in a filter of http_request_transform"
    )]
    [InlineData("join(http.request.headers.names, \",\") eq \"a\"", RulePhase.HttpConfigSettings, "cannot be called")]
    [InlineData("join(http.request.headers.names, \",\") eq \"a\"", RulePhase.HttpCustomErrors, null)]
    [InlineData("split(http.host, \".\", 3)[0] eq \"a\"", RulePhase.HttpRequestFirewallCustom, "cannot be called")]
    [InlineData("split(http.host, \".\", 3)[0] eq \"a\"", RulePhase.HttpResponseHeadersTransform, null)]
    public void ReadFilter_InAPhase_MayReadAndCallWhatThePhaseHas(string written, RulePhase phase, string? message)
    {
        var reading = RuleParser.ReadFilter(written, new RuleScope(new ExpressionPlace(ExpressionUse.Filter, phase)));
        Assert.Equal(message is null ? 0 : 1, reading.Errors.Length);
        Assert.Contains(message ?? "", reading.Errors.FirstOrDefault()?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void ReadFilter_OfWhatARateLimitCounts_MayReadTheResponse() =>
        Assert.Empty(
            RuleParser
                .ReadFilter(
                    "http.response.code in {400..499}",
                    new RuleScope(new ExpressionPlace(ExpressionUse.Counting, RulePhase.HttpRatelimit))
                )
                .Errors
        );

    [Fact]
    public void EveryPhase_HasItsNameInTheApi()
    {
        Assert.Contains("http_request_firewall_custom", RulePhases.AllNames);
        Assert.Contains("ddos_l7", RulePhases.AllNames);
        Assert.True(RulePhases.TryFind("http_ratelimit", out var phase));
        Assert.Equal(RulePhase.HttpRatelimit, phase);
        Assert.False(RulePhases.TryFind("http_ratelimits", out _));
    }
}
