using System.Text;
using Holdfast.Artifacts.Bots;
using Holdfast.Edge.Explaining;
using Holdfast.Edge.Tests.Rules;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Edge.Tests.Bots;

/// <summary>Each feature that ships holds of a request that has what its name says; one that never holds would be worth nothing and say nothing.</summary>
public class ShippedBotFeaturesTests
{
    private const string Browser = "Accept: */*\r\nAccept-Encoding: gzip\r\nAccept-Language: en\r\n";
    private const string Chrome =
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36\r\n";
    private const string Firefox = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n";

    /// <summary>Fields of a request over HTTPS, and the features that hold of it.</summary>
    public static TheoryData<string, string, string[]> Requests =>
        new()
        {
            { "1.1", "", ["no_accept", "no_accept_encoding", "no_accept_language", "ua_missing"] },
            { "1.0", "User-Agent: curl/8.5.0\r\n" + Browser, ["http_1_0", "ua_command_line", "ua_of_no_browser", "ua_short"] },
            { "1.1", "User-Agent: python-requests/2.32.3\r\n" + Browser, ["ua_library", "ua_of_no_browser"] },
            { "1.1", "User-Agent: ExampleBot/1.0 (+https://example.com/bot)\r\n" + Browser, ["ua_declared_bot", "ua_of_no_browser"] },
            {
                "1.1",
                Chrome + "Accept: */*\r\nAccept-Encoding: gzip\r\n",
                ["browser_without_language", "chromium_without_fetch_metadata", "chromium_without_hints", "no_accept_language"]
            },
            {
                "1.1",
                Chrome.Replace("Chrome/", "HeadlessChrome/", StringComparison.Ordinal) + Browser,
                ["chromium_without_fetch_metadata", "chromium_without_hints", "ua_headless"]
            },
            {
                "1.1",
                "sec-ch-ua: \"HeadlessChrome\";v=\"99\"\r\n" + Chrome + "sec-fetch-mode: navigate\r\n" + Browser,
                ["fetch_metadata", "hints_headless", "hints_of_another_version"]
            },
            {
                "1.1",
                Browser + "sec-ch-ua: \"Chromium\";v=\"156\"\r\nsec-fetch-mode: navigate\r\n" + Chrome,
                ["chromium_in_another_order", "fetch_metadata"]
            },
            { "1.1", Firefox + Browser, ["firefox_without_fetch_metadata"] },
            {
                "1.1",
                Firefox + "sec-ch-ua: \"x\";v=\"1\"\r\nsec-fetch-mode: navigate\r\n" + Browser,
                ["fetch_metadata", "firefox_with_hints"]
            },
        };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Features_OfARequest_Hold(string version, string fields, string[] held)
    {
        var zone = new ZoneConfig
        {
            Id = new string('0', 32),
            Name = "example.com",
            Rulesets = [RuledSite.Ruleset(RuledSite.Custom, RuledSite.Rule("cf.bot_management.score lt 30", new LogAction()))],
        };
        using var explainer = new RuleExplainer(zone, [], "LOC", NullLoggerFactory.Instance, TimeProvider.System, ShippedBotFeatures.File);
        var explanation = await explainer.ExplainAsync(
            new RequestSketch
            {
                Message = Encoding.ASCII.GetBytes($"GET / HTTP/{version}\r\nHost: example.com\r\n{fields}\r\n"),
                IsHttps = true,
                IsWhole = true,
            }
        );
        Assert.Equal(held, explanation.Bots!.Held.Select(static feature => feature.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Features_AllThatNeedNoFingerprint_AreInTheTable() =>
        Assert.Equal(
            ShippedBotFeatures
                .All.Where(static feature => !feature.Expression.Contains("ja4", StringComparison.Ordinal))
                .Select(static feature => feature.Name)
                .Order(StringComparer.Ordinal),
            Requests.SelectMany(static row => row.Data.Item3).Distinct().Order(StringComparer.Ordinal)
        );
}
