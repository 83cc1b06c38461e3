using System.Text;
using System.Text.Json;
using Holdfast.Edge.Bots;
using Holdfast.Edge.Explaining;
using Holdfast.Edge.Tests.Rules;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Edge.Tests.Bots;

/// <summary>What clients say of themselves, by the list that ships.</summary>
public class CrawlerCatalogueTests
{
    private const string Browser = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

    [Theory]
    [InlineData("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://example.com/gptbot)", "AI Crawler")]
    [InlineData("CCBot/2.0 (https://example.org/faq/)", "AI Crawler")]
    [InlineData("Mozilla/5.0 (compatible; Googlebot/2.1; +http://example.com/bot.html)", "Search Engine Crawler")]
    [InlineData("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://example.com/robot/)", "Search Engine Optimization")]
    [InlineData(Browser, "")]
    [InlineData("curl/8.5.0", "")]
    public async Task Category_OfAUserAgent_IsThatOfItsEntry(string userAgent, string category)
    {
        var zone = new ZoneConfig
        {
            Id = new string('0', 32),
            Name = "example.com",
            Rulesets =
            [
                RuledSite.Ruleset(
                    RuledSite.Custom,
                    RuledSite.Rule(
                        $"holdfast.bot.category eq \"{category}\" and holdfast_known(holdfast.bot.category)",
                        new BlockAction((BlockResponse?)null)
                    )
                ),
            ],
        };
        using var explainer = new RuleExplainer(zone, [], "LOC", NullLoggerFactory.Instance, TimeProvider.System);
        var explanation = await explainer.ExplainAsync(
            new RequestSketch
            {
                Message = Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: example.com\r\nUser-Agent: {userAgent}\r\n\r\n"),
                IsHttps = true,
                IsWhole = true,
            }
        );
        Assert.Equal("block", explanation.Action);
    }

    [Fact]
    public void List_ThatShips_IsTakenAllButAFew()
    {
        var json = File.ReadAllBytes(CrawlerCatalogue.DefaultPath);
        using var document = JsonDocument.Parse(json);
        string[] none = ["http-library", "browser-automation"];
        var wanted = document
            .RootElement.EnumerateArray()
            .Count(entry => entry.GetProperty("tags").EnumerateArray().Any(tag => !none.Contains(tag.GetString())));
        Assert.InRange(CrawlerCatalogue.Read(json).Count, wanted - 5, wanted);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[{\"pattern\":7,\"tags\":[\"seo\"]}]")]
    [InlineData("[{\"pattern\":\"x\",\"tags\":\"seo\"}]")]
    public void List_ThatIsNone_LeavesCategoriesUnknown(string? text)
    {
        var path = Path.GetTempFileName();
        try
        {
            if (text is null)
            {
                File.Delete(path);
            }
            else
            {
                File.WriteAllText(path, text);
            }

            Assert.Null(CrawlerCatalogue.Open(path, NullLogger.Instance));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Entry_WhosePatternIsNone_IsLeftOut() =>
        Assert.Equal(
            1,
            CrawlerCatalogue
                .Read(
                    Encoding.UTF8.GetBytes("""[{"pattern":"(","tags":["seo"]},{"pattern":"x","tags":["seo"]},{"pattern":"y","tags":[]}]""")
                )
                .Count
        );
}
