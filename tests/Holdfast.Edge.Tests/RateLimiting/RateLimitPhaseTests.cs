using System.Text;
using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Tests.Listening;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Fields;

namespace Holdfast.Edge.Tests.RateLimiting;

public class RateLimitPhaseTests
{
    private static readonly RateLimitConfig PerAddress = new()
    {
        Characteristics = ["ip.src"],
        PeriodSeconds = 10,
        RequestsPerPeriod = 2,
    };

    private readonly ManualClock _clock = new();
    private readonly RuleEvaluation _evaluation = new();
    private readonly RateLimitState _state;
    private readonly RateLimitPhase _phase;

    public RateLimitPhaseTests()
    {
        _state = new RateLimitState(_clock, depth: 2, blocks: 4);
        _phase = new RateLimitPhase(_state);
    }

    [Fact]
    public void Requests_BeyondTheLimit_AreLimitedEachAddressByItself()
    {
        var rule = Compile(PerAddress);
        Assert.Equal([false, false, true, true], Ask(rule, 4));
        Assert.Equal([false, false, true], Ask(rule, 3, new TestSignals { Address = "192.0.2.2" }));
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal([false, false, true], Ask(rule, 3));
    }

    [Fact]
    public void WithoutATimeout_WhatIsOverTheRateIsRefusedAndNothingElse()
    {
        var rule = Compile(PerAddress with { RequestsPerPeriod = 10 });
        var passed = 0;
        for (var i = 0; i < 100; i++)
        {
            passed += Ask(rule, 1).Count(limited => !limited);
            _clock.Advance(TimeSpan.FromMilliseconds(500));
        }

        // Twice as many as may come in 50 s: half of them pass, because those that are refused do not count.
        Assert.Equal(50, passed);
    }

    [Fact]
    public void WithATimeout_TheKeyIsRefusedForAllOfIt()
    {
        var rule = Compile(PerAddress with { MitigationTimeoutSeconds = 60 });
        Assert.Equal([false, false, true], Ask(rule, 3));
        _clock.Advance(TimeSpan.FromSeconds(59));
        var reading = Outcome(rule).Reading;
        Assert.Equal((true, 1000), (reading.IsLimited, reading.Wait));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([false, false, true], Ask(rule, 3));
    }

    [Fact]
    public void ARelease_WithAnotherLimit_FindsWhatWasCounted()
    {
        Assert.Equal([false, false, true], Ask(Compile(PerAddress), 3));
        Assert.Equal([false, true], Ask(Compile(PerAddress with { RequestsPerPeriod = 3 }), 2));
        Assert.Equal([true], Ask(Compile(PerAddress with { RequestsPerPeriod = 1, MitigationTimeoutSeconds = 60 }), 1));
        Assert.Equal([true], Ask(Compile(PerAddress with { RequestsPerPeriod = 1000 }), 1));
    }

    [Fact]
    public void AnotherRule_OrAnotherZone_CountsForItself()
    {
        Assert.Equal([false, false, true], Ask(Compile(PerAddress), 3));
        Assert.Equal([false], Ask(RateLimitRuntime.Compile("zone", "other", PerAddress), 1));
        Assert.Equal([false], Ask(RateLimitRuntime.Compile("elsewhere", "rule", PerAddress), 1));
        Assert.Equal([false], Ask(Compile(PerAddress with { Characteristics = ["ip.src", "http.host"] }), 1));
    }

    [Fact]
    public void WhatIsNotThere_IsCountedApartFromWhatIsEmpty()
    {
        var rule = Compile(PerAddress with { Characteristics = ["http.request.headers[\"x-key\"]"], RequestsPerPeriod = 1 });
        Assert.Equal([false, true], Ask(rule, 2, With("x-key")));
        Assert.Equal([false, true], Ask(rule, 2, With("x-key", "")));
        Assert.Equal([false, true], Ask(rule, 2, With("x-key", "a")));
        Assert.Equal([false, true], Ask(rule, 2, With("x-key", "a", "b")));
        Assert.Equal([false, true], Ask(rule, 2, With("x-key", "ab")));
        Assert.Equal([true], Ask(rule, 1, With("x-key", "a")));
    }

    [Fact]
    public void WhatIsUnknown_CountsNothingAndRefusesNobody()
    {
        var rule = Compile(PerAddress with { Characteristics = ["ip.src", "ip.src.asnum"], RequestsPerPeriod = 1 });
        var lost = new TestSignals { Lost = [Signal.IpSrcAsnum] };
        Assert.Equal([false, false, false], Ask(rule, 3, lost));
        Assert.Equal(0, _state.Keys);
        Assert.Equal([false, true], Ask(rule, 2));
    }

    [Theory]
    [InlineData(Truth.False)]
    [InlineData(Truth.Unknown)]
    public void ARule_ThatDoesNotMatch_NeitherCountsNorActs(Truth matches)
    {
        var rule = Compile(PerAddress with { RequestsPerPeriod = 1 });
        Assert.False(_phase.OnRequest(rule, matches, new TestSignals(), _evaluation).Reading.IsLimited);
        Assert.Equal(0, _state.Keys);
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::ffff", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    public void AddressesOfIPv6_AreCountedByTheirNetworkOf64Bits(string one, string other, bool together)
    {
        var rule = Compile(PerAddress with { RequestsPerPeriod = 1 });
        Ask(rule, 1, new TestSignals { Address = one });
        Assert.Equal([together], Ask(rule, 1, new TestSignals { Address = other }));
    }

    [Fact]
    public void ACountingExpression_OverTheRequest_CountsAlsoWhereTheRuleDoesNotMatch()
    {
        var rule = Compile(PerAddress with { CountingExpression = "http.request.method eq \"POST\"" });
        var post = new TestSignals { Texts = { [Signal.HttpRequestMethod] = "POST" } };
        Assert.False(rule.CountsResponses);

        // Counted and passed; counted and passed; then the rule matches a GET, which it does not count.
        Assert.False(_phase.OnRequest(rule, Truth.False, post, _evaluation).Reading.IsLimited);
        Assert.Equal([false, false], Ask(rule, 2));
        Assert.Equal([false, true], Ask(rule, 2, post));
    }

    [Fact]
    public void ACountingExpression_OverTheResponse_IsCloudflaresExample()
    {
        var rule = Compile(
            PerAddress with
            {
                RequestsPerPeriod = 1,
                CountingExpression = "http.response.code eq 400",
                MitigationTimeoutSeconds = 600,
            }
        );
        Assert.True(rule.CountsResponses);
        Assert.Equal(
            [false, false, false, true],
            (bool[])[Exchange(rule, 400), Exchange(rule, 200), Exchange(rule, 400), Exchange(rule, 200)]
        );
        _clock.Advance(TimeSpan.FromSeconds(599));
        Assert.True(Exchange(rule, 200));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(Exchange(rule, 200));
    }

    [Fact]
    public void RequestsToOrigin_CountsWhatTheOriginWasAskedFor()
    {
        var rule = Compile(PerAddress with { RequestsPerPeriod = 1, RequestsToOrigin = true });
        Assert.Equal([false, false, false], Enumerable.Range(0, 3).Select(_ => Exchange(rule, 200, askedOrigin: false)).ToArray());
        Assert.Equal([false, false, true], Enumerable.Range(0, 3).Select(_ => Exchange(rule, 200)).ToArray());
    }

    [Fact]
    public void RequestsToOrigin_WithACountingExpressionOverTheRequest_DecidesWhenTheRequestIsThere()
    {
        var rule = Compile(PerAddress with { RequestsPerPeriod = 1, RequestsToOrigin = true, CountingExpression = "http.host eq \"a\"" });
        Assert.Equal((true, false), (rule.CountsResponses, rule.ReadsResponse));
        Assert.False(Outcome(rule, new TestSignals { Texts = { [Signal.HttpHost] = "b" } }).CountsLater);
        Assert.True(Outcome(rule, new TestSignals { Texts = { [Signal.HttpHost] = "a" } }).CountsLater);
    }

    [Fact]
    public void Scores_AreWhatResponsesState()
    {
        var rule = Compile(PerAddress with { RequestsPerPeriod = null, ScorePerPeriod = 400, ScoreResponseHeaderName = "x-score" });
        Assert.Equal("\"rule\";q=400;w=10;qu=\"holdfast-score\"", Encoding.ASCII.GetString(rule.Policy));

        // What is no score, or not one that may be, counts nothing.
        Assert.All(new[] { null, "", "0", "-1", "x", "1000001", "1.5" }, score => Assert.False(Exchange(rule, 200, score: score)));
        Assert.Equal(
            [false, false, false, true],
            new[] { "399", "1", "1", "1" }.Select(score => Exchange(rule, 200, score: score)).ToArray()
        );
    }

    [Fact]
    public void RetryAfter_IsTheWaitAndALittleMore()
    {
        var seconds = Enumerable.Range(0, 1000).Select(i => RateLimitFields.RetryAfter(39_001, (uint)i)).ToHashSet();
        Assert.Equal((40, 51), (seconds.Min(), seconds.Max()));
        Assert.Equal(1, RateLimitFields.RetryAfter(0, 0));
        var value = new byte[RateLimitFields.MostBytes + 6];
        var length = RateLimitFields.Write(value, Compile(PerAddress), 1, 7);
        Assert.Equal("\"rule\";r=1;t=7", Encoding.ASCII.GetString(value, 0, length));
        Assert.Equal("\"rule\";q=2;w=10", Encoding.ASCII.GetString(Compile(PerAddress).Policy));
    }

    private static RateLimitRuntime Compile(RateLimitConfig config) => RateLimitRuntime.Compile("zone", "rule", config);

    private static TestSignals With(string header, params string[] values) =>
        new() { Named = { [(Signal.HttpRequestHeaders, header)] = values } };

    private RateLimitOutcome Outcome(RateLimitRuntime rule, TestSignals? signals = null) =>
        _phase.OnRequest(rule, Truth.True, signals ?? new TestSignals(), _evaluation);

    private bool[] Ask(RateLimitRuntime rule, int times, TestSignals? signals = null) =>
        [.. Enumerable.Range(0, times).Select(_ => Outcome(rule, signals).Reading.IsLimited)];

    // A request and, unless it is refused, its response. Whether it was refused.
    private bool Exchange(RateLimitRuntime rule, int status, bool askedOrigin = true, string? score = null)
    {
        var signals = new TestSignals { Numbers = { [Signal.HttpResponseCode] = status } };
        if (score is not null)
        {
            signals.Named[(Signal.HttpResponseHeaders, "x-score")] = [score];
        }

        var outcome = Outcome(rule, signals);
        Assert.Equal(!outcome.Reading.IsLimited, outcome.CountsLater);
        if (outcome.CountsLater)
        {
            _phase.OnResponse(rule, outcome.Key, signals, _evaluation, askedOrigin);
        }

        return outcome.Reading.IsLimited;
    }
}
