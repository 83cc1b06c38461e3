using System.Security.Cryptography;
using System.Text;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Functions;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;
using Holdfast.Rules.Tests.Reference;

namespace Holdfast.Rules.Tests.Evaluation;

public class RuleFilterTests
{
    public static TheoryData<string> Filters => [.. RequestCases.Filters.Select(entry => entry.Written)];

    public static TheoryData<string> LostFilters => [.. RequestCases.LostFilters.Select(entry => entry.Written)];

    public static TheoryData<string> Values => [.. RequestCases.Values.Select(entry => entry.Written)];

    [Theory]
    [MemberData(nameof(Filters))]
    public void Evaluate_AFilter_IsAsExpected(string written) =>
        Check(written, RequestCases.Request, RequestCases.Filters.Single(entry => entry.Written == written).Expected);

    [Theory]
    [MemberData(nameof(LostFilters))]
    public void Evaluate_WhenSourcesAreLost_IsAsExpected(string written) =>
        Check(written, RequestCases.Lost, RequestCases.LostFilters.Single(entry => entry.Written == written).Expected);

    [Theory]
    [MemberData(nameof(Values))]
    public void Evaluate_AValue_IsAsExpected(string written)
    {
        var expected = RequestCases.Values.Single(entry => entry.Written == written).Expected;
        var reading = RuleParser.ReadValue(written, new RuleScope(ExpressionPlace.AnyValue));
        Assert.Empty(reading.Errors);
        var presence = new RuleValue(reading.Tree!).Evaluate(RequestCases.Request, new RuleEvaluation(), out var value);
        Assert.Equal(expected, presence == Presence.Known ? Encoding.UTF8.GetString(value) : null);
        var reference = new ReferenceEvaluator(RequestCases.Request).Evaluate(reading.Tree!) as string;
        Assert.Equal(expected, reference is null ? null : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(reference)));
    }

    [Theory]
    [InlineData(0, "", true)]
    [InlineData(100, "", true)]
    [InlineData(101, "", false)]
    [InlineData(0, "s", true)]
    public void Evaluate_ATimedHmac_IsValidUntilItsTimeIsOver(int age, string flags, bool expected)
    {
        const long issued = 1484063787;
        var mac = Convert.ToBase64String(HMACSHA256.HashData("mysecretkey"u8, Encoding.ASCII.GetBytes($"/download/cat.jpg{issued}")));
        var text = flags == "s" ? mac.TrimEnd('=').Replace('+', '-').Replace('/', '_') : Uri.EscapeDataString(mac);
        var request = new TestSignals()
            .With(Signal.HttpRequestUri, $"/download/cat.jpg?verify={issued}-{text}")
            .With(Signal.HttpRequestTimestampSec, issued + age);
        var written = $"is_timed_hmac_valid_v0(\"mysecretkey\", http.request.uri, 100, http.request.timestamp.sec, 8, \"{flags}\")";
        Check(written, request, expected ? Truth.True : Truth.False);
        Check(written.Replace("mysecretkey", "another"), request, Truth.False);
        Check(written.Replace(", 8,", ", 7,"), request, Truth.False);
    }

    [Fact]
    public void EveryFunction_InTheCatalogue_IsUsedInATable()
    {
        var written = string.Join(
            '\n',
            RequestCases.Filters.Select(entry => entry.Written).Concat(RequestCases.Values.Select(entry => entry.Written))
        );
        Assert.Empty(
            FunctionCatalogue.All.Where(function =>
                function.Name != "is_timed_hmac_valid_v0" && !written.Contains(function.Name + "(", StringComparison.Ordinal)
            )
        );
    }

    [Fact]
    public void EveryField_InTheCatalogue_CanBeEvaluatedAndAskedFor()
    {
        foreach (var field in FieldCatalogue.All)
        {
            var filter = Read($"holdfast_known({field.Name})");
            Assert.Equal(field.Signal is null ? Truth.False : Truth.True, filter.Evaluate(RequestCases.Request, new RuleEvaluation()));
            Assert.Equal([field], filter.Reads);
        }
    }

    [Fact]
    public void Evaluate_WhatComputesTooMuch_IsUnknown()
    {
        var request = new TestSignals().With(Signal.HttpRequestBodyRaw, new string('a', 128 * 1024));
        var one = "upper(http.request.body.raw) contains \"b\"";
        Check(string.Join(" or ", Enumerable.Repeat(one, 8)), request, Truth.False, compareWithReference: false);
        Check(string.Join(" or ", Enumerable.Repeat(one, 9)), request, Truth.Unknown, compareWithReference: false);
    }

    [Theory]
    [InlineData("(a|aa|aaa|b)*c")]
    [InlineData("(a*)*b\\z.")]
    [InlineData("[ab]*a[ab]{1000}c")]
    [InlineData("(?:(?:(?:a+)+)+)+x")]
    [InlineData("(.*)(.*)(.*)(.*)(.*)(.*)=.*;")]
    public void Evaluate_ARegularExpressionThatNeverEndsElsewhere_Ends(string regex)
    {
        // Backtracking would take longer than the universe has: that this comes back at all is what is tested.
        var request = new TestSignals().With(Signal.HttpRequestBodyRaw, string.Concat(Enumerable.Repeat("ab", 4 * 1024)));
        Assert.Equal(Truth.False, Read($"http.request.body.raw matches \"{regex}\"").Evaluate(request, new RuleEvaluation()));
    }

    private static RuleFilter Read(string written)
    {
        var reading = RuleParser.ReadFilter(written, new RuleScope(ExpressionPlace.AnyFilter));
        Assert.Empty(reading.Errors);
        return new RuleFilter(reading.Tree!);
    }

    private static void Check(string written, TestSignals signals, Truth expected, bool compareWithReference = true)
    {
        var filter = Read(written);
        Assert.Equal(expected, filter.Evaluate(signals, new RuleEvaluation()));
        if (compareWithReference)
        {
            Assert.Equal(expected, new ReferenceEvaluator(signals).Evaluate(filter.Expression));
        }
    }
}
