using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;

namespace Holdfast.Rules.Tests.Parsing;

public class WarningTests
{
    [Theory]
    [InlineData("http.host eq \"a\"")]
    [InlineData("cf.bot_management.score lt 30")]
    [InlineData("not cf.bot_management.verified_bot and cf.bot_management.score lt 30")]
    [InlineData("ip.src.country ne \"GB\"")]
    [InlineData("holdfast_known(cf.bot_management.score) and cf.bot_management.score lt 30")]
    [InlineData("http.host eq \"a\" or cf.bot_management.score lt 30")]
    [InlineData("http.request.headers[\"x-a\"][0] eq \"b\"")]
    [InlineData("http.request.cookies[\"Session\"][0] eq \"b\"")]
    [InlineData("true or cf.bot_management.score lt 30")]
    [InlineData("any(http.request.body.form.values[*] contains \"a\")")]
    public void ReadFilter_ThatIsSafeWhenSignalsAreLost_HasNoWarning(string written) => Assert.Empty(Read(written));

    [Theory]
    [InlineData(
        "not holdfast_known(cf.bot_management.score)",
        "if the bot score were lost, this would be true for every request: the rule would act on everybody"
    )]
    [InlineData(
        "not holdfast_known(ip.src.country) or ip.src.country eq \"GB\"",
        "if the country database were lost, this would be true for every request"
    )]
    [InlineData("cf.client.bot or not holdfast_known(cf.client.bot)", "if the check of verified bots were lost")]
    [InlineData(
        "not holdfast_known(cf.bot_management.score) and http.request.uri.path eq \"/login\"",
        "would act on every request that the rest of the expression lets through"
    )]
    [InlineData("holdfast_known(ip.src.asnum) xor true", "the database of autonomous systems")]
    public void ReadFilter_ThatActsWhenASourceIsLost_IsWarnedAbout(string written, string warning) =>
        Assert.Contains(warning, Assert.Single(Read(written)), StringComparison.Ordinal);

    [Fact]
    public void ReadFilter_OfAFieldWithoutSource_WarnsAtItsPlace()
    {
        var reading = RuleParser.ReadFilter("ssl or\n ip.src.city eq \"A\"", new RuleScope(ExpressionPlace.AnyFilter));
        var warning = Assert.Single(reading.Warnings);
        Assert.Equal((2, 2), (warning.Line, warning.Column));
        Assert.Contains("nothing here knows ip.src.city", warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ip.src.lat eq \"1\" and ssl")]
    [InlineData("not cf.threat_score gt 5")]
    [InlineData("any(cf.bot_management.detection_ids[*] eq 5)")]
    [InlineData("ip.src.city eq \"A\" xor ssl")]
    public void ReadFilter_ThatCanNeverAct_SaysSo(string written) =>
        Assert.Contains(Read(written), warning => warning.Contains("the rule would never act", StringComparison.Ordinal));

    [Fact]
    public void ReadFilter_OfAHeaderInUpperCase_WarnsThatItIsNeverThere() =>
        Assert.Contains(
            "did you mean \"content-type\"?",
            Assert.Single(Read("http.request.headers[\"Content-Type\"][0] eq \"a\"")),
            StringComparison.Ordinal
        );

    private static IEnumerable<string> Read(string written)
    {
        var reading = RuleParser.ReadFilter(written, new RuleScope(ExpressionPlace.AnyFilter));
        Assert.Empty(reading.Errors);
        return reading.Warnings.Select(warning => warning.Message);
    }
}
